// Looks at a report as a reader does. Arguments: the report's folder, the folder of a report in which everything that
// others write is hostile, an empty profile folder, a folder for screenshots.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { axe, launch, open as openUrl, run, urlOf } from "./browser.mjs";

const [folder, hostile, profile, screens] = process.argv.slice(2);
const url = urlOf(join(folder, "report.html"));
const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
const open = (browser, options = {}) => openUrl(browser, url + (options.hash ?? ""), options);

const pause = (time = 250) => new Promise((resolve) => setTimeout(resolve, time));
const count = (page) => page.$eval("#count", (status) => status.textContent);
const rowNames = (page) => page.$$eval("#explorer-table tr.key a", (links) => links.map((link) => link.textContent));
const keysWith = (test) => report.keys.filter(test);
const shown = (keys) => `${keys.length} of ${report.keys.length} keys shown`;
const nameOf = (key) => key.aliases[0] ?? key.key_id;

async function search(page, words) {
  await page.$eval("#find", (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input"));
  }, words);
  await pause();
}

// Scrolls the list to its end and gathers the names of all its keys.
async function allNames(page) {
  const names = new Map();
  for (;;) {
    for (const [at, name] of await page.$$eval("#explorer-table tr.key", (rows) =>
      rows.map((row) => [Number(row.getAttribute("aria-rowindex")), row.querySelector("a").textContent]))) names.set(at, name);
    const moved = await page.$eval("#window", (frame) => {
      const before = frame.scrollTop;
      frame.scrollTop += frame.clientHeight - 100;
      return frame.scrollTop > before;
    });
    if (!moved) break;
    await pause(60);
  }
  return [...names].sort(([a], [b]) => a - b).map(([, name]) => name);
}

const checks = {
  async "asks for nothing but itself and complains of nothing"(browser) {
    const { requests, complaints } = await open(browser);
    assert.deepEqual(requests, [url]);
    assert.deepEqual(complaints, []);
  },

  async "forbids itself to load or run anything else"(browser) {
    let asked = 0;
    const server = createServer((_, answer) => { asked += 1; answer.end(); }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { page } = await open(browser);
    const policy = await page.$eval("meta[http-equiv=Content-Security-Policy]", (meta) => meta.content);
    assert.match(policy, /default-src 'none'/);
    const ran = await page.evaluate(async (port) => {
      const script = Object.assign(document.createElement("script"), { textContent: "window.ran = true" });
      const image = Object.assign(document.createElement("img"), { src: `http://127.0.0.1:${port}/pixel` });
      const settled = new Promise((resolve) => { image.onload = image.onerror = resolve; });
      document.body.append(script, image);
      await settled;
      return window.ran === true;
    }, server.address().port);
    server.close();
    assert.deepEqual({ ran, asked }, { ran: false, asked: 0 });
  },

  async "lists every key, and only the rows in sight"(browser) {
    const { page, complaints } = await open(browser);
    assert.ok(report.keys.length >= 150, `${report.keys.length} keys`);
    assert.equal(await count(page), shown(report.keys));
    assert.ok((await rowNames(page)).length < 60);
    const names = await allNames(page);
    assert.deepEqual(names.sort(), report.keys.map(nameOf).sort());
    assert.equal(await page.$eval("#explorer-table", (table) => table.getAttribute("aria-rowcount")), String(report.keys.length + 1));
    assert.deepEqual(complaints, []);
  },

  async "filters by words, by boxes and by lists, and together"(browser) {
    const { page, complaints } = await open(browser);
    const external = keysWith((key) => key.exposure.level === "external");
    await page.click('.boxes input[value="external"]');
    assert.equal(await count(page), shown(external));
    assert.deepEqual((await allNames(page)).sort(), external.map(nameOf).sort());
    await page.select("#facet-account", external[0].account_id);
    const there = external.filter((key) => key.account_id === external[0].account_id);
    assert.equal(await count(page), shown(there));
    await page.click("#clear");
    assert.equal(await count(page), shown(report.keys));
    const named = keysWith((key) => key.aliases.some((alias) => alias.includes("govern")));
    await search(page, "GOVERN");
    assert.equal(await count(page), shown(named));
    await search(page, report.keys[7].arn);
    assert.equal(await count(page), shown([report.keys[7]]));
    const outside = keysWith((key) => key.exposure.reaches.some(({ principal }) => /999999999999/.test(principal)));
    assert.ok(outside.length > 0);
    await search(page, "999999999999");
    assert.equal(await count(page), shown(outside));
    const lockedOut = keysWith((key) => key.lockout.verdict === "locked_out");
    await search(page, "policy-locked-out");
    assert.equal(await count(page), shown(lockedOut));
    const aliased = keysWith((key) => key.aliases.length)[0];
    await search(page, aliased.arn.replace(/:key.*/, `:${aliased.aliases[0]}`));
    assert.equal(await count(page), shown([aliased]));
    const stem = aliased.arn.replace(/[^/]*$/, "");
    await search(page, stem);
    assert.equal(await count(page), shown(keysWith(({ arn }) => arn.startsWith(stem))));
    await search(page, "no key is called this");
    assert.equal(await count(page), shown([]));
    assert.deepEqual(complaints, []);
  },

  async "counts beside each choice what it would leave"(browser) {
    const { page } = await open(browser, { hash: "#?exposure=public" });
    const counts = await page.$$eval(".boxes label", (labels) =>
      Object.fromEntries(labels.map((label) => [label.closest("fieldset").querySelector("legend").textContent + label.querySelector("input").value, label.querySelector(".count").textContent])));
    const { by_exposure } = report.summary;
    for (const [level, keys] of Object.entries(by_exposure)) assert.equal(counts[`Exposure${level}`], String(keys), level);
    const open_ = keysWith((key) => key.exposure.level === "public" && key.lockout.verdict === "manageable");
    assert.equal(counts.Lockoutmanageable, String(open_.length));
  },

  async "sorts by what the reader chooses, worst first by itself"(browser) {
    const { page } = await open(browser);
    const column = (name) => page.$$eval(`#explorer-table tr.key .c-${name}`, (cells) => cells.slice(0, 12).map((cell) => cell.textContent));
    assert.deepEqual(new Set(await column("severity")), new Set(["critical"]));
    await page.click("th[data-column=alias] button");
    const names = await rowNames(page);
    assert.deepEqual(names.slice(0, 12), [...names.slice(0, 12)].sort(new Intl.Collator("en", { numeric: true }).compare));
    assert.equal(await page.$eval("th[data-column=alias]", (head) => head.ariaSort), "ascending");
    await page.click("th[data-column=lockout] button");
    assert.equal((await column("lockout"))[0], "locked out");
    await page.click("th[data-column=lockout] button");
    assert.equal((await column("lockout"))[0], "manageable");
    assert.equal(await page.$eval("th[data-column=lockout]", (head) => head.ariaSort), "descending");
  },

  async "keeps what was asked for in its address"(browser) {
    const { page } = await open(browser);
    await page.click('.boxes input[value="locked_out"]');
    await page.click("th[data-column=region] button");
    await search(page, "app");
    const address = await page.evaluate(() => location.hash);
    const { page: again } = await open(browser, { hash: address });
    assert.equal(await count(again), await count(page));
    assert.deepEqual(await rowNames(again), await rowNames(page));
    assert.equal(await again.$eval("#find", (input) => input.value), "app");
  },

  async "leads from the first screen, the map and the board to their keys"(browser) {
    const { page, complaints } = await open(browser);
    for (const [link, keys] of [
      ['.levels a[href="#?exposure=public"]', report.summary.by_exposure.public],
      ['.board a[href="#?lockout=locked%5Fout"]', report.summary.by_lockout.locked_out],
    ]) {
      await page.$eval(link, (a) => a.click());
      await pause(100);
      assert.equal(await count(page), `${keys} of ${report.keys.length} keys shown`, link);
      assert.ok(await page.$eval("#keys", (heading) => { const { top } = heading.getBoundingClientRect(); return top >= -5 && top < 400; }), `${link} leads there`);
    }
    const party = await page.$eval("#map-table tbody tr", (row) => ({ keys: row.querySelector(".n").textContent, href: row.querySelector("a").getAttribute("href") }));
    await page.$eval(`.flows a[href="${party.href}"]`, (a) => a.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })));
    await pause(100);
    assert.equal(await count(page), `${party.keys} of ${report.keys.length} keys shown`);
    assert.deepEqual(complaints, []);
  },

  async "counts what its links open"(browser) {
    const { page } = await open(browser);
    const worst = await page.$$eval(".worst li", (items) => items.map((item) => ({ href: item.querySelector(".title").getAttribute("href"), sum: item.querySelector(".place").textContent })));
    const groups = await page.$$eval("details.check", (all) => all.map((one) => ({ count: one.querySelector(".count").textContent, href: one.querySelector('p a[href^="#?check"]')?.getAttribute("href") })));
    const sums = groups.flatMap(({ count }) => [...count.matchAll(/([\d,]+) critical/g)].map(([, number]) => Number(number.replace(",", ""))));
    assert.equal(sums.reduce((a, b) => a + b), report.summary.by_severity.critical);
    const owners = await page.$$eval(".flows a:has(text)", (links) => links.map((link) => ({ href: link.getAttribute("href"), sum: link.querySelector(".sum").textContent })));
    assert.ok(owners.length > 5 && worst.length > 5);
    for (const { href, sum } of [...worst.filter(({ href }) => href.startsWith("#?")), ...groups.filter(({ href }) => href), ...owners.filter(({ href }) => href.startsWith("#?"))]) {
      await page.evaluate((to) => { location.hash = to; }, href);
      await pause(60);
      const opened = await count(page);
      if (sum) assert.ok(opened.startsWith(`${sum.match(/^[\d,]+/)[0]} of `), `${href}: ${sum}, but ${opened}`);
      else assert.ok(!opened.startsWith("0 of"), href);
    }
  },

  async "sorts and judges where there is no room for columns"(browser) {
    const { page } = await open(browser, { width: 360, hash: "#?exposure=external" });
    const names = await rowNames(page);
    const first = await page.$eval("#explorer-table tr.key", (row) => row.innerText);
    for (const part of ["external", "eu-", "·"]) assert.ok(first.includes(part), first);
    assert.ok(await page.$eval("#explorer-table tr.key .marks .severity", (tag) => tag.checkVisibility()));
    await page.select("#sort", "alias");
    assert.notDeepEqual(await rowNames(page), names);
    await page.select("#sort", "");
    assert.deepEqual(await rowNames(page), names);
    assert.equal(await page.evaluate(() => location.hash), "#?exposure=external");
  },

  async "leads there again, and by the keyboard into the list"(browser) {
    const { page } = await open(browser);
    const link = '.levels a[href="#?exposure=public"]';
    for (let time = 0; time < 2; time += 1) {
      await page.evaluate(() => scrollTo(0, 0));
      await page.$eval(link, (a) => a.click());
      await pause(100);
      assert.ok(await page.$eval("#keys", (heading) => heading.getBoundingClientRect().top < 400), `time ${time}`);
      assert.equal(await page.evaluate(() => document.activeElement.id), "keys");
    }
    const control = await page.$eval(".controls td a", (a) => { a.click(); return a.getAttribute("href"); });
    await pause(100);
    assert.ok(await page.$eval(control, (heading) => heading.closest("details").open), control);
    await page.$eval(control, (heading) => { heading.closest("details").open = false; });
    await page.$eval(`a[href="${control}"]`, (a) => a.click());
    await pause(100);
    assert.ok(await page.$eval(control, (heading) => heading.closest("details").open), `${control} again`);
  },

  async "goes back step by step"(browser) {
    const { page } = await open(browser);
    const state = async () => [await page.evaluate(() => location.hash), await count(page), await page.$eval("dialog", (dialog) => dialog.open)];
    const steps = [await state()];
    const go = async (step) => { await step(); await pause(150); steps.push(await state()); };
    await go(() => page.$eval('.levels a[href="#?exposure=public"]', (a) => a.click()));
    await go(() => page.click('.boxes input[value="external"]'));
    await go(() => page.select("#facet-region", "eu-west-1"));
    await page.$eval("#explorer-table tr.key a", (a) => a.click());
    await page.waitForSelector("dialog[open] h2");
    await page.keyboard.press("Escape");
    await pause(150);
    assert.deepEqual(await state(), steps.at(-1), "a key leaves no step behind");
    for (const step of steps.slice(0, -1).reverse()) {
      await page.goBack();
      await pause(150);
      assert.deepEqual(await state(), step);
    }
    assert.equal(new Set(steps.map(String)).size, 4);
  },

  async "calls no key safe of which too little was read"(browser) {
    const [key] = keysWith(({ exposure }) => exposure.level === "unknown");
    const { page } = await open(browser, { hash: `#?key=${encodeURIComponent(key.arn)}` });
    await page.waitForSelector("dialog[open] h2");
    const text = await page.$eval("dialog", (dialog) => dialog.innerText);
    assert.ok(!text.includes("No way in from outside"), text);
    assert.equal(text.split("Not known: what would tell was not read.").length, 3);
    assert.ok(text.includes("The policy was not read."));
  },

  async "opens the page of a key, and goes back"(browser) {
    const key = report.keys.find(({ exposure, policies }) => exposure.reaches.some(({ via }) => via[0].kind === "key_policy") && policies.length);
    const { page, complaints } = await open(browser, { hash: "#?exposure=external" });
    await page.evaluate((arn) => { location.hash = `#?exposure=external&key=${encodeURIComponent(arn)}`; }, key.arn);
    await page.waitForSelector("dialog[open] h2");
    const text = await page.$eval("dialog", (dialog) => dialog.innerText);
    for (const fact of [key.arn, nameOf(key), key.lockout.recovery, key.exposure.reaches[0].witness.principal, key.lockout.writers[0].principal, "Ways in from outside"]) {
      assert.ok(text.includes(fact), fact);
    }
    const marked = await page.$$eval(".statements .reach b", (names) => names.map((name) => name.textContent));
    assert.ok(marked.includes(key.exposure.reaches[0].via[0].statement), String(marked));
    await page.goBack();
    await pause(100);
    assert.equal(await page.$eval("dialog", (dialog) => dialog.open), false);
    assert.equal(await page.evaluate(() => location.hash), "#?exposure=external");
    assert.deepEqual(complaints, []);
  },

  async "can be used with the keyboard alone"(browser) {
    const { page } = await open(browser);
    await page.focus("#explorer-table tr.key a");
    for (let step = 0; step < 40; step += 1) await page.keyboard.press("ArrowDown");
    const at = await page.evaluate(() => document.activeElement.closest("tr").getAttribute("aria-rowindex"));
    assert.equal(at, "42");
    const name = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open] h2");
    assert.equal(await page.$eval("#detail-name", (heading) => heading.textContent), name);
    await page.keyboard.press("Escape");
    await pause(100);
    assert.equal(await page.$eval("dialog", (dialog) => dialog.open), false);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name, "back where the reader was");
  },

  async "saves what is shown, and no formula"(browser) {
    const { page } = await open(browser, { hash: "#?exposure=external" });
    const downloads = join(screens, "saved");
    await mkdir(downloads, { recursive: true });
    const session = await page.createCDPSession();
    await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: downloads });
    await page.click("#save-csv");
    await page.click("#save-json");
    for (let wait = 0; wait < 40 && (await readdir(downloads)).filter((name) => !name.endsWith(".crdownload")).length < 2; wait += 1) await pause(100);
    const external = keysWith((key) => key.exposure.level === "external");
    const csv = await readFile(join(downloads, "keyreach-keys.csv"), "utf8");
    assert.equal(csv.trim().split("\r\n").length, external.length + 1);
    const saved = JSON.parse(await readFile(join(downloads, "keyreach-keys.json"), "utf8"));
    assert.deepEqual(saved.map(({ arn }) => arn).sort(), external.map(({ arn }) => arn).sort());
    assert.equal(saved[0].lockout, report.keys.find(({ arn }) => arn === saved[0].arn).lockout.verdict);
  },

  async "shows what others wrote and does nothing it says"(browser) {
    const { page, requests, complaints } = await openUrl(browser, urlOf(join(hostile, "report.html")));
    const acting = /[\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{e0000}-\u{e0fff}]/u;
    const whole = JSON.parse(await readFile(join(hostile, "report.json"), "utf8"));
    for (const { arn } of whole.keys) {
      await page.evaluate((to) => { location.hash = `#?key=${encodeURIComponent(to)}`; }, arn);
      await page.waitForFunction((to) => document.querySelector("dialog[open]")?.textContent.includes(to), {}, arn.slice(-12));
      assert.doesNotMatch(await page.$eval("body", (body) => body.textContent), acting);
      assert.equal(await page.$$eval("dialog script, dialog img, dialog iframe", (all) => all.length), 0);
    }
    assert.deepEqual([requests.length, complaints], [1, []]);
  },

  async "has room for every name in the map, and tells it whole"(browser) {
    const { page } = await openUrl(browser, urlOf(join(hostile, "report.html")));
    const cut = await page.$$eval(".flows text", (texts) => {
      const map = texts[0].ownerSVGElement.getBoundingClientRect();
      return texts.filter((text) => { const { left, right } = text.getBoundingClientRect(); return left < map.left || right > map.right; }).map((text) => text.textContent);
    });
    assert.deepEqual(cut, []);
    assert.ok((await page.$$eval(".flows a > title", (titles) => titles.map((title) => title.textContent))).some((title) => title.includes("alert(2)")));
  },

  async "turns dark and light at the press of a button"(browser) {
    const { page } = await open(browser);
    const background = () => page.$eval("body", (body) => getComputedStyle(body).backgroundColor);
    const light = await background();
    await page.click("#theme");
    assert.notEqual(await background(), light);
    await page.click("#theme");
    assert.equal(await background(), light);
  },

  async "prints what an auditor needs"(browser) {
    const { page } = await open(browser);
    await page.emulateMediaType("print");
    const visible = (selector) => page.$eval(selector, (part) => part.checkVisibility());
    for (const part of [".verdict", "#map-table", ".board", "#keys-table", ".matrix", "#method"]) assert.ok(await visible(part), part);
    for (const part of ["#explorer", "nav", "#theme"]) assert.ok(!(await visible(part)), part);
    const worst = await page.$$eval("#keys-table .tone.exposure", (tones) => tones.map((tone) => tone.textContent));
    assert.deepEqual(worst.slice(0, 11), Array(11).fill("public"));
    const pdf = await page.pdf({ path: join(screens, "report.pdf"), preferCSSPageSize: true, timeout: 120_000 });
    const sheets = Buffer.from(pdf).toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g).length;
    assert.ok(sheets > 5 && sheets <= 35, `${sheets} sheets for ${report.keys.length} keys`);
    assert.ok(await visible(".cover"), "the first sheet says what all are of");
    const style = await page.$eval("style", (style) => style.textContent);
    for (const word of [report.scan.id, report.scan.organization_id, report.scan.tool.version]) {
      assert.ok(style.match(/@bottom-left \{ content: "([^"]*)"/)[1].includes(word), `${word} is under each sheet`);
    }
    assert.match(Buffer.from(pdf).toString("latin1"), /MediaBox \[0 0 84[12][.\d]* 59[45]/, "landscape, so that no table shrinks the type");
    await page.setViewport({ width: 1030, height: 700 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 1030, "nothing is wider than the paper");
  },

  async "prints an open key alone"(browser) {
    const [key] = keysWith(({ exposure }) => exposure.level === "public");
    const { page } = await open(browser, { hash: `#?key=${encodeURIComponent(key.arn)}` });
    await page.waitForSelector("dialog[open] h2");
    await page.emulateMediaType("print");
    for (const part of ["h1", ".opening", "#keys-table", ".close"]) assert.ok(!(await page.$eval(part, (element) => element.checkVisibility())), part);
    const { height, inner } = await page.$eval("dialog", (dialog) => ({ height: dialog.offsetHeight, inner: dialog.scrollHeight }));
    assert.ok(height > 1000 && height >= inner - 2, `${height} of ${inner} px`);
  },

  async "says the essential without JavaScript"(browser) {
    const { page: scripted } = await open(browser);
    const { page, requests, complaints } = await open(browser, { script: false });
    for (const part of ["#explorer", "#theme"]) assert.equal(await page.$eval(part, (element) => element.checkVisibility()), false, part);
    const words = (page) => page.$$eval("h1, .opening, section:not([aria-labelledby=keys])", (parts) => parts.map((part) => part.innerText));
    assert.deepEqual(await words(page), await words(scripted));
    const keys = await page.$$eval("#keys-table tbody tr", (rows) => rows.filter((row) => row.checkVisibility()).length);
    assert.equal(keys, report.keys.length);
    assert.deepEqual([requests, complaints], [[url], []]);
  },
};

async function withoutFault(page, what) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const told = violations.map(({ id, help, nodes }) => ({ what, id, help, at: nodes.map((node) => node.html).slice(0, 3) }));
  assert.deepEqual(told, []);
}

checks["stacks the rows of who reaches keys on a phone"] = async (browser) => {
  const { page } = await open(browser, { width: 390, height: 844 });
  const widths = await page.$$eval("#map-table tbody :is(th, td)", (cells) => cells.map((cell) => cell.getBoundingClientRect().width));
  assert.ok(widths.length > 10 && widths.every((width) => width > 250), `${Math.min(...widths)} px`);
  assert.equal(await page.$eval(".bands", (words) => words.checkVisibility()), false, "no word of bands that are not drawn");
};

checks["keeps the filters in the address when it jumps to another part"] = async (browser) => {
  const { page } = await open(browser, { hash: "#?exposure=public" });
  await page.click('nav a[href="#findings"]');
  await pause();
  assert.match(page.url(), /#\?exposure=public$/);
  const top = await page.$eval("#findings", (heading) => heading.getBoundingClientRect().top);
  assert.ok(Math.abs(top) < 200, `the findings stand ${top} px from the top`);
};

for (const width of [320, 360, 1280, 1920, 3840]) {
  for (const scheme of ["light", "dark"]) {
    checks[`is fit to read at ${width} px, ${scheme}`] = async (browser) => {
      const { page, complaints } = await open(browser, { width, height: 1000, scheme });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} px wide`);
      await page.screenshot({ path: `${screens}/report-${width}-${scheme}.png` });
      if (width === 320 || width === 3840) return;
      await withoutFault(page, "the page");
      await page.$eval("#keys", (heading) => heading.scrollIntoView());
      await page.screenshot({ path: `${screens}/keys-${width}-${scheme}.png` });
      await page.evaluate(() => document.querySelector("#explorer-table tr.key a").click());
      await page.waitForSelector("dialog[open] h2");
      await page.screenshot({ path: `${screens}/key-${width}-${scheme}.png` });
      await withoutFault(page, "the page of a key");
      assert.deepEqual(complaints, []);
    };
  }
}

const browser = await launch(profile);
try {
  process.exitCode = (await run(browser, checks)) ? 1 : 0;
} finally {
  await browser.close();
}
