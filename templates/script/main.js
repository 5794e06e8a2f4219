// Puts it together: the address says what is asked, the list shows what answers it.
const explorer = document.getElementById("explorer");
const trouble = document.getElementById("trouble");

let found = [];

function refresh() {
  const answered = answer();
  found = answered.found;
  document.getElementById("count").textContent = `${number.format(found.length)} of ${number.format(total)} keys shown`;
  showFacets(answered.counts);
  showRows(found);
}

// Each choice is a step to go back by; typing is one with what was there before.
function change(how = "pushState") {
  refresh();
  writeAddress(how);
}

function sortBy(name) {
  query.down = name !== "" && query.sort === name && !query.down;
  query.sort = name;
  change();
}

// Whether the open key was chosen in the page: what stood there before is one step back.
let chosen = false;

// What the address asks for, shown. A link to the list leads there; a link to a key opens it where one is.
async function follow() {
  const before = address("");
  const left = query.key;
  const asked = readAddress();
  // Rows that stay are not drawn again: whoever stands on one comes back to it.
  if (address("") !== before) {
    document.getElementById("find").value = query.words;
    refresh();
  }
  if (query.key) await showKey(query.key);
  else if (dialog.open) dialog.close();
  else if (asked && !left && !history.state) leadToList();
}

function leadToList() {
  const heading = document.getElementById("keys");
  heading.scrollIntoView({ behavior: "instant" });
  heading.focus({ preventScroll: true });
}

function leaveKey() {
  page.replaceChildren();
  // Without a key, the address led away already.
  if (query.key) {
    if (chosen) history.back();
    else {
      query.key = "";
      writeAddress("replaceState");
    }
  }
  chosen = false;
}

function listen() {
  const find = document.getElementById("find");
  let pause;
  find.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => { query.words = find.value.trim(); change("replaceState"); }, 120);
  });
  document.getElementById("clear").addEventListener("click", () => {
    Object.assign(query, { words: "", chosen: {}, sort: "", down: false });
    find.value = "";
    change();
  });
  document.getElementById("save-csv").addEventListener("click", () => save(asCsv(found), "text/csv;charset=utf-8", "csv"));
  document.getElementById("save-json").addEventListener("click", () => save(asJson(found), "application/json", "json"));
  let drawing = 0;
  list.frame.addEventListener("scroll", () => {
    drawing ||= requestAnimationFrame(() => { drawing = 0; drawRows(); });
  }, { passive: true });
  list.table.addEventListener("keydown", walkRows);
  list.table.addEventListener("click", (event) => {
    const row = event.target.closest("tr.key");
    // Whoever selects text, or wants another tab, means something else.
    if (!row || getSelection().toString() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    chosen = true;
    location.hash = address(arnOf(list.rows[Number(row.getAttribute("aria-rowindex")) - 2]));
  });
  addEventListener("hashchange", follow);
  let { innerWidth } = window;
  addEventListener("resize", () => {
    // A phone's bars come and go; only another width makes other rows.
    if (innerWidth !== window.innerWidth) redrawRows();
    ({ innerWidth } = window);
  });
  dialog.addEventListener("click", (event) => {
    // A click on the dialog itself is one beside its page.
    if (event.target === dialog || event.target.closest(".close")) dialog.close();
  });
  dialog.addEventListener("close", leaveKey);
}

// Links within the page: one to what is folded unfolds it, and one leads there again where the address is its already.
function listenToLinks() {
  const unfold = (id) => {
    const folded = document.getElementById(id)?.closest("details");
    if (folded) folded.open = true;
  };
  const unfoldAsked = () => unfold(location.hash.slice(1));
  addEventListener("hashchange", unfoldAsked);
  unfoldAsked();
  document.addEventListener("click", (event) => {
    const href = event.target.closest('a[href^="#"]')?.getAttribute("href");
    if (!href || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    chosen = href.startsWith("#?key=");
    // A jump to another part of the page keeps the filters in the address.
    const part = location.hash.startsWith("#?") && !href.startsWith("#?") && document.getElementById(href.slice(1));
    if (part) {
      event.preventDefault();
      unfold(part.id);
      part.scrollIntoView();
      return;
    }
    if (href !== location.hash) return;
    history.replaceState(null, "");
    dispatchEvent(new Event("hashchange"));
  });
}

// Light or dark as the system says, until the reader says otherwise.
function offerTheme() {
  const button = document.getElementById("theme");
  const dark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
  button.hidden = false;
}

async function begin() {
  offerTheme();
  listenToLinks();
  if (explorer) await explore();
  document.documentElement.dataset.ready = "";
}

async function explore() {
  try {
    await readIndex();
  } catch (error) {
    trouble.textContent = "This browser cannot unpack the list of all keys. The page is complete without it up to the rows it names.";
    trouble.hidden = false;
    throw error;
  }
  drawHead(sortBy);
  drawFacets(change);
  explorer.hidden = false;
  document.getElementById("listing").classList.add("on-paper");
  listen();
  refresh();
  await follow();
  setTimeout(prepareSearch, 200);
}

begin();
