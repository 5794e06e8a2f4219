// Filters the keys that stand in the page. Without it the page is complete; with it one finds a key sooner.
"use strict";
(() => {
  const box = document.getElementById("filter");
  const table = document.getElementById("keys-table");
  if (!box || !table) return;

  const input = document.getElementById("filter-text");
  const count = document.getElementById("filter-count");
  const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, text: row.textContent.toLowerCase() }));
  const number = new Intl.NumberFormat("en");

  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    count.textContent = `${number.format(shown)} of ${number.format(rows.length)} rows shown`;
  };

  // A reader of the screen hears the count once the typing pauses, not at every letter.
  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(filter, 120);
  });
  filter();
  box.hidden = false;
})();
