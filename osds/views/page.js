// Sorting and filtering of a page's long table. Without this script it is a plain table.
"use strict";
const table = document.querySelector("#findings, #datasets");
if (table) {
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const text = (row, column) => row.cells[column].dataset.order ?? row.cells[column].textContent;

  const sort = (column) => {
    const down = headers[column].getAttribute("aria-sort") === "ascending";
    const order = (a, b) => text(a, column).localeCompare(text(b, column), "en", { numeric: true });
    const rows = [...body.rows].sort((a, b) => (down ? order(b, a) : order(a, b)));
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    headers[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows);
  };

  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    button.addEventListener("click", () => sort(column));
    header.replaceChildren(button);
  });

  const filter = document.createElement("input");
  filter.type = "search";
  filter.placeholder = "Show only rows with …";
  filter.setAttribute("aria-label", filter.placeholder);
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  table.before(filter);
  table.classList.add("sortable");
}

// A wide row begins with the cell that matters.
const centre = (peek) => {
  const hit = peek.querySelector("td.hit");
  if (hit) peek.scrollLeft = hit.offsetLeft - (peek.clientWidth - hit.offsetWidth) / 2;
};
document.querySelectorAll(".peek").forEach((peek) => {
  centre(peek);
  peek.parentElement.addEventListener("toggle", () => centre(peek));
});
