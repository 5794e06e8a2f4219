// A browser that keeps account of what a page asks for and complains about.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { MODULES, CHROMIUM } = process.env;
const require = createRequire(MODULES);
const puppeteer = require("puppeteer-core");

export const axe = require("axe-core");

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export const launch = (profile) =>
  puppeteer.launch({ executablePath: CHROMIUM, headless: true, userDataDir: profile, args: FLAGS, protocolTimeout: 120_000 });

export const urlOf = (file) => pathToFileURL(file).href;

// Opens a page and waits until its script has done what it does by itself.
export async function open(browser, url, { width = 1280, height = 800, scheme = "light", script = true } = {}) {
  const page = await browser.newPage();
  const requests = [], complaints = [];
  page.on("request", (request) => requests.push(request.url().replace(/#.*/, "")));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setJavaScriptEnabled(script);
  await page.goto(url, { waitUntil: "networkidle0", timeout: 90_000 });
  if (script) await page.waitForSelector("html[data-ready]", { timeout: 60_000 });
  return { page, requests, complaints };
}

// Runs checks one by one and says how each went; how many failed.
export async function run(browser, checks) {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(browser);
      console.log(`ok: the report ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED: the report ${name}\n${error.stack}`);
    } finally {
      for (const page of (await browser.pages()).slice(1)) await page.close();
    }
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  return failed;
}
