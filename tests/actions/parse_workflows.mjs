// GitHub's own parser on the workflows whose paths are given: their errors and jobs as JSON on stdout.
// The first argument is the folder of its package. It imports JSON in a way that node no longer knows, hence the hook.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const hook = `import { readFile } from "node:fs/promises";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  return { format: "module", shortCircuit: true, source: "export default " + await readFile(new URL(url), "utf8") };
}`;
register("data:text/javascript," + encodeURIComponent(hook));

const [folder, ...paths] = process.argv.slice(2);
const parser = await import(pathToFileURL(`${folder}/dist/index.js`));
const found = {};
for (const path of paths) {
  const file = { name: path, content: readFileSync(path, "utf8") };
  const { context, value } = parser.parseWorkflow(file, new parser.NoOperationTraceWriter());
  const template = value && (await parser.convertWorkflowTemplate(context, value, undefined, {}));
  const errors = context.errors.getErrors().map((error) => error.message);
  found[path] = { errors, jobs: (template?.jobs ?? []).map((job) => String(job.id)) };
}
console.log(JSON.stringify(found));
