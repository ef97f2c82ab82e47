"""GitHub Actions: workflows and their states, runs, switching on, and which repositories an app was given."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.forge import git_side, render
from tests.forge.routing import Answer, Call, RefusedError, route
from tests.forge.values import Json, Repository, Run, Workflow

_WORKFLOWS = "/repos/{owner}/{repo}/actions/workflows"


@route("GET", _WORKFLOWS)
def workflows(call: Call) -> Answer:
    """All workflows, those of deleted files as well."""
    found = call.repository("actions")
    answer = call.page([_workflow(call, found, workflow) for workflow in found.workflows])
    return Answer(200, {"total_count": len(found.workflows), "workflows": answer.body}, answer.headers)


@route("GET", _WORKFLOWS + "/{id}/runs")
def runs(call: Call) -> Answer:
    """The runs of a workflow, the newest first; of one event if that is asked for."""
    found, workflow = _found(call)
    event = call.one("event")
    chosen = [run for run in workflow.runs if event in {"", run.event}]
    chosen.sort(key=lambda run: run.created, reverse=True)
    answer = call.page([_run(call, found, workflow, run) for run in chosen])
    return Answer(200, {"total_count": len(chosen), "workflow_runs": answer.body}, answer.headers)


@route("PUT", _WORKFLOWS + "/{id}/enable")
def enable(call: Call) -> Answer:
    """Switch a workflow on; one that is on stays so."""
    found, workflow = _found(call)
    call.forge.check(call.token, found, "actions", "write")
    workflow.state, workflow.updated = "active", call.forge.timer.now()
    return Answer(204)


@route("GET", "/repos/{owner}/{repo}/actions/permissions")
def permissions(call: Call) -> Answer:
    """Whether Actions are on, and which ones: for admins alone."""
    found = call.repository()
    call.forge.check(call.token, found, "administration", "admin")
    answer: Json = {"enabled": found.actions, "sha_pinning_required": found.pinned_only}
    return Answer(200, answer | ({"allowed_actions": "all"} if found.actions else {}))


@route("GET", "/installation/repositories")
def installation_repositories(call: Call) -> Answer:
    """What an app's installation was given."""
    if call.token is None or call.token.kind != "installation":
        raise RefusedError(
            403, "You must authenticate with an installation access token in order to list repositories."
        )
    chosen = call.token.repositories or frozenset()
    given = [r for r in call.forge.repositories.values() if r.full_name.lower() in chosen]
    answer = call.page([render.repository(call.forge, r, None, parents=False) for r in given])
    for shown in answer.body:  # a list says less of each than the repository itself
        del shown["network_count"], shown["subscribers_count"]
    return Answer(200, {"total_count": len(given), "repositories": answer.body}, answer.headers)


def _found(call: Call) -> tuple[Repository, Workflow]:
    found, name = call.repository("actions"), call.names["id"]
    workflow = next((w for w in found.workflows if name in {str(w.id), w.path.rpartition("/")[2]}), None)
    if workflow is None:
        raise RefusedError(404, "Not Found")
    return found, workflow


def _workflow(call: Call, found: Repository, workflow: Workflow) -> Json:
    url = f"{call.forge.api_url}/repos/{found.full_name}/actions/workflows/{workflow.id}"
    file = workflow.path.rpartition("/")[2]
    html = f"{call.forge.url}/{found.full_name}"
    return {
        "id": workflow.id,
        "node_id": f"W_{workflow.id}",
        "name": file,
        "path": workflow.path,
        "state": workflow.state,
        "created_at": _time(workflow.created),
        "updated_at": _time(workflow.updated),
        "url": url,
        "html_url": f"{html}/blob/{found.default_branch}/{workflow.path}",
        "badge_url": f"{html}/workflows/{file}/badge.svg",
    }


def _run(call: Call, found: Repository, workflow: Workflow, run: Run) -> Json:
    api = f"{call.forge.api_url}/repos/{found.full_name}"
    url, sha = f"{api}/actions/runs/{run.id}", git_side.tip(found.folder, found.default_branch)
    parts = ("jobs", "logs", "artifacts", "cancel", "rerun")
    repository = render.minimal_repository(call.forge, found)
    return {
        "id": run.id,
        "node_id": f"WR_{run.id}",
        "name": workflow.path,
        "head_branch": found.default_branch,
        "head_sha": sha,
        "path": workflow.path,
        "display_title": workflow.path,
        "run_number": workflow.runs.index(run) + 1,
        "event": run.event,
        "status": "completed" if run.conclusion else "in_progress",
        "conclusion": run.conclusion,
        "workflow_id": workflow.id,
        "url": url,
        "html_url": f"{call.forge.url}/{found.full_name}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": _time(run.created),
        "updated_at": _time(run.created),
        **{f"{part}_url": f"{url}/{part}" for part in parts},
        "check_suite_url": f"{api}/check-suites/{run.id}",
        "workflow_url": f"{api}/actions/workflows/{workflow.id}",
        "head_commit": None,
        "repository": repository,
        "head_repository": repository,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
