// The README's pictures, taken from a served demo: node screenshots.mjs http://127.0.0.1:8080 STAFF PASSWORD
import { chromium } from "playwright-core";

const [base, staff, password] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
for (const [name, path, viewport, scale] of [
  ["punch", "/punch", { width: 390, height: 780 }, 1.5],
  ["duty-table", "/duty-table", { width: 1360, height: 900 }, 1],
]) {
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.fill("#staff", staff);
  await page.fill("#password", password);
  await page.click("form button");
  await page.waitForURL((url) => url.pathname !== "/login");
  await page.goto(base + path);
  await page.screenshot({ path: new URL(`screenshots/${name}.png`, import.meta.url).pathname });
  await context.close();
}
await browser.close();
