// What people do with the pages, in a real browser against the real binary.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { client, day, DESK, monthAfter, openHouse, password } from "./house.mjs";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

let house, browser;

before(async () => {
  house = await openHouse();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});

after(async () => {
  await browser?.close();
  await house?.close();
});

/** A page of somebody's own; what the browser complains about fails the test, and so does a page wider than its window. */
async function sit(staff, viewport, { lang = "zh", go = null } = {}) {
  const context = await browser.newContext({ viewport, locale: lang === "zh" ? "zh-CN" : "en-GB" });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(`${page.url()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  const fits = async () => {
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window, `${page.url()} is ${content} px wide in a window of ${window}`);
  };
  const visit = async (path) => {
    const answer = await page.goto(house.base + path);
    assert.equal(answer.status(), 200, path);
    await fits();
  };
  await visit("/login");
  await page.getByLabel(lang === "zh" ? "工号" : "Staff number").fill(staff);
  await page.getByLabel(lang === "zh" ? "密码" : "Password").fill(password(staff));
  await page.getByRole("button", { name: lang === "zh" ? "登录" : "Log in" }).click();
  if (go) await visit(go);
  const leave = async ({ but = null } = {}) => {
    await fits();
    await context.close();
    assert.deepEqual(complaints.filter((complaint) => !but?.test(complaint)), []);
  };
  return { page, visit, fits, leave };
}

test("staff log in on a phone and punch in", async () => {
  const { page, leave } = await sit("1001", PHONE);
  await page.waitForURL("**/punch");
  const button = page.locator("button.punch");
  assert.match(await button.innerText(), /^上班打卡/);
  await button.click();
  await page.getByRole("status").getByText("上班打卡成功").waitFor();
  // The button has moved on, and the receipt stands.
  assert.doesNotMatch(await button.innerText(), /^上班打卡/);
  assert.match(await page.locator("main").innerText(), /打卡成功\s+上班打卡 \d\d:\d\d:\d\d/);
  await leave();
  const record = await (await client(house.base, "1001"))("GET", `/staff/1001/day-records/${day()}`);
  assert.equal(record.segments[0].arrival.state, "punched");
});

test("a wrong password says so and keeps the number", async () => {
  const context = await browser.newContext({ viewport: PHONE, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(`${house.base}/login`);
  await page.getByLabel("Staff number").fill("1004");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").getByText("The staff number or the password is wrong.").waitFor();
  assert.equal(await page.getByLabel("Staff number").inputValue(), "1004");
  await context.close();
});

test("a forgotten punch is asked for on a phone, approved at a desk and put on file", async () => {
  const staff = await sit("1002", PHONE, { go: "/punch" });
  const missing = staff.page.locator("li", { hasText: "缺上班卡" });
  await missing.getByRole("link", { name: "申请补卡" }).click();
  assert.equal(await staff.page.getByLabel("哪一天").inputValue(), day(-1));
  assert.equal(await staff.page.getByLabel("实际时间").inputValue(), "00:00");
  await staff.page.getByLabel("原因").fill("手机没电了");
  await staff.page.getByRole("button", { name: "提交" }).click();
  await staff.page.getByRole("status").getByText("补卡申请已提交").waitFor();
  await staff.page.getByText("待审批", { exact: true }).waitFor();

  const lead = await sit("L01", DESKTOP, { go: "/approvals" });
  const card = lead.page.locator("section.card", { hasText: "手机没电了" });
  // Refusing asks for a reason before anything is sent; approving is one press.
  await card.getByRole("button", { name: "不批" }).click();
  assert.equal(await card.count(), 1);
  await card.getByRole("button", { name: "批准", exact: true }).click();
  await lead.page.getByRole("status").getByText("已批准").waitFor();
  assert.equal(await card.count(), 0);
  await lead.leave();

  const hr = await sit("H01", DESKTOP, { go: "/filing" });
  await hr.page.getByRole("listitem").filter({ hasText: "手机没电了" }).getByRole("button", { name: "留底" }).click();
  await hr.page.getByRole("status").getByText("已留底").waitFor();
  await hr.leave();

  await staff.page.reload();
  await staff.page.getByText("已批准", { exact: true }).waitFor();
  await staff.leave();
});

test("a refused request keeps what was typed and says why", async () => {
  const { page, leave } = await sit("1003", PHONE, { go: "/my/leaves/new" });
  await page.getByLabel("年假").check();
  await page.getByLabel("开始日期").fill(day(12));
  await page.getByLabel("结束日期").fill(day(10));
  await page.getByLabel("原因").fill("回老家");
  await page.getByRole("button", { name: "提交" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("原因").inputValue(), "回老家");
  assert.equal(await page.getByLabel("结束日期").inputValue(), day(10));
  assert.ok(await page.getByLabel("年假").isChecked());
  // The refusal is a 4xx, which the browser writes into its console; nothing else may stand there.
  await leave({ but: /status of 4\d\d/ });
});

test("a lead generates next month's roster, reads it and publishes it", async () => {
  const month = monthAfter(day());
  const { page, leave } = await sit("L01", DESKTOP, { go: `/roster?desk=${DESK}&month=${month}` });
  await page.getByRole("button", { name: "生成排班" }).click();
  await page.getByRole("heading", { name: "正在生成" }).waitFor();
  // The page keeps itself fresh until the plan is there; once there is a plan at all, the lead need not wait for a
  // better one.
  await page.getByText("目前最好的方案成本").or(page.locator("table.month")).first().waitFor({ timeout: 120_000 });
  const stop = page.getByRole("button", { name: "停在目前最好的方案" });
  if (await stop.count()) await stop.click();
  await page.locator("table.month").waitFor({ timeout: 180_000 });
  const first = page.locator("table.month tbody tr").first().locator("td a").first();
  await first.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator("#cell").getByRole("heading").waitFor();
  assert.match(await page.locator("#cell").innerText(), /2日/);
  await page.getByRole("link", { name: "关闭" }).click();
  const acknowledged = page.locator("#publish input[type=checkbox]");
  if (await acknowledged.count()) await acknowledged.check();
  await page.locator("#publish button").click();
  await page.getByRole("status").getByText("值班表已发布").waitFor();
  await page.getByText("已发布 第 1 版").waitFor();
  await leave();
});

test("nobody gets a page of another role, and every way out leads back", async () => {
  const { page } = await sit("1004", PHONE);
  for (const [path, status] of [["/approvals", 403], ["/filing", 403], ["/roster", 403], [`/days/1001/${day()}`, 403], ["/nowhere", 404]]) {
    const answer = await page.goto(house.base + path);
    assert.equal(answer.status(), status, path);
    assert.match(answer.headers()["content-type"], /^text\/html/);
    await page.getByRole("link", { name: "回到首页" }).waitFor();
  }
  await page.context().close();
});

const PAGES = {
  1001: ["/punch", "/my/month", "/my/requests", "/my/corrections/new", "/my/leaves/new", "/my/swaps/new", "/my/penalties", "/duty-table", "/password"],
  L01: ["/board", "/approvals", "/approvals/leaves/new", "/roster", "/duty-table", "/exceptions", "/penalties", "/evidence", "/summary"],
  H01: ["/summary", "/submissions", "/filing", "/exceptions", "/penalties"],
  G01: ["/board", "/approvals", "/penalties", "/summary"],
};

for (const [lang, viewport] of [["zh", PHONE], ["en", PHONE], ["en", DESKTOP]]) {
  test(`every page fits ${viewport.width} px in ${lang}, names its fields and stays quiet`, async () => {
    for (const [staff, paths] of Object.entries(PAGES)) {
      const { page, visit, leave } = await sit(staff, viewport, { lang });
      for (const path of [...paths, `/days/1001/${day()}`].filter((path) => staff !== "1001" || !path.startsWith("/days/1002"))) {
        await visit(path);
        const nameless = await page.evaluate(() =>
          [...document.querySelectorAll("main input:not([type=hidden]):not([hidden]), main select, main textarea")]
            .filter((field) => !field.labels?.length && !field.getAttribute("aria-label"))
            .map((field) => field.name));
        assert.deepEqual(nameless, [], `${path}: fields without a label`);
        assert.equal(await page.locator("h1").count(), 1, `${path}: one main heading`);
        // A key that has no words would be shown as it is.
        assert.doesNotMatch(await page.locator("body").innerText(), /\b(nav|col|punch|roster|board|note|status|summary|sanction)\.[a-z_]+/, path);
      }
      await leave();
    }
  });
}

test("the duty table fits a landscape sheet", async () => {
  const { page, visit, leave } = await sit("1001", DESKTOP);
  await visit("/duty-table");
  await page.emulateMedia({ media: "print" });
  // A4 landscape less the margins, at 96 px to the inch.
  await page.setViewportSize({ width: 1054, height: 725 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${content} px on a sheet of ${window}`);
  assert.ok(await page.locator(".side").isHidden());
  await page.emulateMedia({ media: "screen" });
  await leave();
});
