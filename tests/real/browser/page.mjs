// Looks at a report as a reader does. Arguments: the page, an empty profile folder, a folder for screenshots.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { MODULES, CHROMIUM } = process.env;
const require = createRequire(MODULES);
const puppeteer = require("puppeteer-core");
const axe = require("axe-core");

const [file, profile, screens] = process.argv.slice(2);
const url = pathToFileURL(file).href;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

// Opens the page and keeps account of what it asks for and complains about.
async function open(browser, { width = 1280, scheme = "light", script = true } = {}) {
  const page = await browser.newPage();
  const requests = [], complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setJavaScriptEnabled(script);
  await page.goto(url, { waitUntil: "networkidle0" });
  return { page, requests, complaints };
}

const shownKeys = (page) =>
  page.$$eval("#keys-table tbody tr", (rows) =>
    rows.filter((row) => row.checkVisibility()).map((row) => row.textContent.toLowerCase()));

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

  async "filters the keys by every word typed"(browser) {
    const { page, complaints } = await open(browser);
    const all = await shownKeys(page);
    assert.ok(all.length >= 150, `${all.length} keys`);
    const type = async (text) => {
      await page.$eval("#filter-text", (input) => { input.value = ""; });
      await page.type("#filter-text", `${text} `); // The space sends an event where the text is empty.
      await new Promise((resolve) => setTimeout(resolve, 300));
      return shownKeys(page);
    };
    const some = await type("RSA enabled");
    assert.ok(some.length > 0 && some.length < all.length, `${some.length} of ${all.length}`);
    assert.deepEqual(some, all.filter((row) => row.includes("rsa") && row.includes("enabled")));
    const count = await page.$eval("#filter-count", (status) => status.textContent);
    assert.equal(count, `${some.length} of ${all.length} rows shown`);
    assert.deepEqual(await type("no key is called this"), []);
    assert.deepEqual(await type(""), all);
    assert.deepEqual(complaints, []);
  },

  async "is complete without JavaScript"(browser) {
    const { page: scripted } = await open(browser);
    const { page, requests, complaints } = await open(browser, { script: false });
    assert.equal(await page.$eval("#filter", (filter) => filter.checkVisibility()), false);
    assert.ok(await page.$eval(".verdict h2", (verdict) => verdict.checkVisibility()));
    const words = (page) => page.$$eval(".verdict, .figures, section:not([aria-labelledby=keys])",
      (parts) => parts.map((part) => part.innerText));
    assert.deepEqual(await words(page), await words(scripted));
    assert.deepEqual(await shownKeys(page), await shownKeys(scripted));
    assert.deepEqual([requests, complaints], [[url], []]);
  },
};

for (const width of [360, 1280]) {
  for (const scheme of ["light", "dark"]) {
    checks[`is fit to read at ${width} px, ${scheme}`] = async (browser) => {
      const { page, complaints } = await open(browser, { width, scheme });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `the page is ${wide} px wide`);
      await page.screenshot({ path: `${screens}/report-${width}-${scheme}.png`, fullPage: true });
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => window.axe.run(document));
      const told = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.html).slice(0, 3) }));
      assert.deepEqual(told, []);
      assert.deepEqual(complaints, []);
    };
  }
}

const browser = await puppeteer.launch({
  executablePath: CHROMIUM, headless: true, userDataDir: profile, args: FLAGS,
});
let failed = 0;
try {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(browser);
      console.log(`ok: the report ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED: the report ${name}\n${error.stack}`);
    }
  }
} finally {
  await browser.close();
}
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed; screenshots in ${screens}`);
process.exitCode = failed ? 1 : 0;
