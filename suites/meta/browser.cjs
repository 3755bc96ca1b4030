// What browser.sh asks of the pages in a directory: node browser.cjs DIRECTORY. Speaks TAP.
"use strict";
const fs = require("fs"), path = require("path");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const dir = path.resolve(process.argv[2]);
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
	"--disable-background-networking", "--disable-component-update"];
let points = 0, failed = false;

function point(good, text, more) {
	points++;
	failed = failed || !good;
	console.log((good ? "ok " : "not ok ") + points + " - " + text);
	if (!good && more !== undefined)
		console.log("# " + JSON.stringify(more, null, 1).replace(/\n/g, "\n# "));
}

// A page, and what it did that it must not: it said something, asked for something, or broke.
async function open(browser, name, options = {}) {
	const { width = 1280, ...rest } = options;
	const context = await browser.newContext({ viewport: { width, height: 800 }, ...rest });
	const page = await context.newPage(), did = [];
	const own = "file://" + path.join(dir, name + ".html");
	page.on("dialog", dialog => { did.push("dialog " + dialog.message()); dialog.dismiss(); });
	page.on("console", message => did.push("console " + message.text()));
	page.on("pageerror", error => did.push("error " + error.message));
	page.on("request", request => {
		if (request.url().split("#")[0] !== own)
			did.push("request " + request.url());
	});
	await page.goto(own);
	return { page, did, close: () => context.close() };
}

const shown = page => page.locator(".matrix .r:visible").count();
const focused = page => page.evaluate(() => document.activeElement.outerHTML.slice(0, 200));
const panel = page => page.locator(".ev:visible");

async function violations(page) {
	await page.evaluate(axe);
	const result = await page.evaluate(() => window.axe.run(document,
		{ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
	return result.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200),
		v.nodes[0].failureSummary.slice(0, 200)]);
}

async function reads(browser) {
	const { page, did, close } = await open(browser, "boot-runs");
	point(await shown(page) === 6, "the matrix has its rows");
	point(await page.locator("h1").textContent() ===
		"4 obligations silently ignored by runc-1.1.5 and crun-1.28", "the verdict is on top");
	const cells = await page.locator(".matrix .r td").count();
	point(cells === 24 && await page.locator(".matrix .r td a").count() === 24,
		"a tile for each answer", cells);
	await page.click('label[for="show-s"]');
	point(await shown(page) === 4 && await page.textContent("#shown") === "4 of 6 rows",
		"the filter leaves what was silently ignored, and says how many");
	await page.click('label[for="show-0"]');
	await page.fill("#find", "cwd absolute");
	point(await shown(page) === 1, "the search finds words of an obligation");
	await page.fill("#find", "3000:4000");
	point(await shown(page) === 2, "the search finds what was seen", await shown(page));
	await page.fill("#find", "no such thing");
	point(await shown(page) === 0 && await page.textContent("#shown") === "0 of 6 rows",
		"the search finds nothing where there is nothing");
	await page.fill("#find", "");
	point(await shown(page) === 6, "without a search all is shown");
	point(did.length === 0, "no error, no request", did);
	await close();
}

async function keyboard(browser) {
	const { page, did, close } = await open(browser, "boot-runs");
	await page.focus("#find");
	await page.keyboard.press("Tab"); // the scrolling region
	await page.keyboard.press("Tab");
	point((await focused(page)).includes('id="mc'), "Tab leads into the matrix", await focused(page));
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowRight");
	const cell = await focused(page);
	point(/^<a class="s".*>silent</.test(cell), "arrows move in it", cell);
	const above = await page.evaluate(() => scrollY);
	await page.keyboard.press("Enter");
	await panel(page).waitFor();
	point(await panel(page).count() === 1 &&
		(await panel(page).textContent()).includes("wanted") &&
		await page.evaluate(() => !!document.activeElement.closest(".ev")),
		"Enter opens the evidence and goes there");
	await page.keyboard.press("Escape");
	await panel(page).waitFor({ state: "hidden" });
	const after = await focused(page);
	point(after.replace(/ aria-current="true"/, "") === cell &&
		await page.evaluate(() => scrollY) === above,
		"Escape closes it, back to the same cell", [cell, after]);
	await page.keyboard.press("Tab");
	point(!(await page.evaluate(() => !!document.activeElement.closest(".matrix"))),
		"the matrix is one stop", await focused(page));
	await page.goBack();
	point(did.length === 0, "no error, no request", did);
	await close();
}

async function without_script(browser) {
	const { page, close } = await open(browser, "boot-runs", { javaScriptEnabled: false });
	point(await shown(page) === 6 && !(await page.locator("#find").isVisible()),
		"without script: the matrix is there, the search is not");
	await page.click('label[for="show-a"]');
	point(await shown(page) === 1, "without script: the filter works");
	point(await panel(page).count() === 0, "without script: evidence is out of the way");
	await page.click(".matrix .r:visible a.a");
	point(await panel(page).count() === 1 && (await panel(page).textContent()).includes("absent"),
		"without script: a tile opens it");
	await page.click(".ev:visible .back");
	point(await panel(page).count() === 0, "without script: and it can be left");
	await page.focus(".matrix .r:visible a.a");
	await page.keyboard.press("Enter");
	point(await panel(page).count() === 1, "without script: by keyboard, too");
	await close();
}

// Of runs that were compared the top says what changed, and never what all of it comes to.
async function compared(browser) {
	const says = async (name, verdict, first, titles) => {
		const { page, did, close } = await open(browser, name);
		const said = [await page.textContent("h1"),
			(await page.locator("header p:not(.brand, .alarm)").first().textContent()).slice(0, first.length),
			await page.locator("#wrong h3").allTextContents()];
		point(JSON.stringify(said) === JSON.stringify([verdict, first, titles]) && !did.length,
			name + ": the verdict, the two sides, and what changed", [said, did]);
		await close();
	};
	await says("diff-regressed", "3 regressed, 1 no longer known, 1 new failure, 1 fixed",
		"Linux 6.1.0-56-amd64 both times", ["Regressed 3", "No longer known 1",
			"New, and not as it has to be 1", "Fixed 1", "Cause changed 1", "Gone 2"]);
	await says("diff-kernels", "Nothing regressed, 19 fixed",
		"Linux 6.1.0-56-cloud-amd64 → 6.12.117+deb12-cloud-amd64",
		["Fixed 19", "Changed 4", "Cause changed 2", "New 2", "Gone 2"]);
	await says("baseline", "3 regressed, 1 no longer known, 1 new failure; 1 known failure",
		"runc keeps 1 of the 5", ["Regressed 3", "No longer known 1",
			"New, and not as it has to be 1", "Known, as before 1", "Fixed 1", "Cause changed 1",
			"Gone 1", "Denied: obligations 1"]);
	await says("known", "Nothing new is wrong; 1 known failure", "runc keeps 0 of the 1",
		["Known, as before 1"]);
	const { page, close } = await open(browser, "diff-regressed");
	await page.click('label[for="show-R"]');
	point(await shown(page) === 2 && await page.textContent("#shown") === "2 of 7 rows",
		"the filter leaves what regressed", await shown(page));
	point(await page.locator(".total").count() === 0 && await page.locator(".bar rect").count() === 7,
		"one bar of changes, and no totals");
	await close();
}

// A file that is not whole does not end the page, and its name is text.
async function fleet(browser) {
	const { page, close } = await open(browser, "attack-fleet");
	const lost = await page.locator("#lost li").allTextContents();
	point((await page.textContent(".alarm")).includes("2 of 4 files could not be read") &&
		lost.length === 2 && lost.some(t => t.includes("<img src=x onerror=alert(1)>\"'&lt;.jsonl")) &&
		await page.locator("img").count() === 0,
		"what could not be read is on top, and listed with its reason", lost);
	const names = await page.locator(".matrix thead th").allTextContents();
	point(await shown(page) > 0 && names.some(n => n.includes("node-1.jsonl")) &&
		names.some(n => n.includes("and 1 like it")) &&
		(await page.textContent(".groups")).includes("2"),
		"the rest of the fleet is there, equal nodes in one column, by their names", names);
	await close();
}

// Everything that is told anywhere can be reached: each answer's reference shows one block.
async function whole(browser, name) {
	const { page, close } = await open(browser, name, { javaScriptEnabled: false });
	const refs = await page.locator("main a").evaluateAll(all => all.map(a => a.hash));
	let off = [];
	for (const hash of new Set(refs.filter(h => /^#(a\d|[cpwb][0-9a-f])/.test(h)))) {
		await page.goto(page.url().split("#")[0] + hash);
		if (await panel(page).count() !== 1 || !(await panel(page).textContent()).trim())
			off.push(hash);
	}
	point(off.length === 0 && refs.length > 0, name + ": every reference shows its evidence", off);
	await close();
}

// Text is text: no element that is not ours, nothing said, nothing asked, nothing run.
async function inert(browser, name) {
	const { page, did, close } = await open(browser, name);
	const strange = await page.evaluate(() => [...document.querySelectorAll("*")]
		.filter(e => /^(img|iframe|object|embed|form|textarea|template|base|link)$/i.test(e.localName) ||
			[...e.attributes].some(a => /^on|^style$|autofocus/.test(a.name)))
		.map(e => e.outerHTML.slice(0, 120)));
	const scripts = await page.locator("script").count();
	for (const link of await page.locator(".matrix .r td a:visible").all())
		await link.click({ force: true, noWaitAfter: true }).catch(() => {});
	const title = await page.title();
	point(strange.length === 0 && scripts === 1 && did.length === 0 && title !== "owned",
		name + ": what records say does nothing", [strange, scripts, did, title]);
	if (name.startsWith("attack") && name !== "attack-fleet")
		point((await page.textContent("main")).includes("<script>document.title=`owned`"),
			name + ": and is shown as it is");
	await close();
}

async function accessible(browser, name) {
	for (const colorScheme of ["light", "dark"]) {
		const { page, close } = await open(browser, name, { colorScheme, bypassCSP: true });
		let found = await violations(page);
		const first = page.locator(".matrix .r td a:visible").first();
		if (await first.count()) {
			await first.click();
			await panel(page).waitFor();
			found = found.concat(await violations(page));
		}
		point(found.length === 0, name + ": axe finds nothing, " + colorScheme, found);
		await close();
	}
}

const beyond = page => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

async function narrow(browser, name) {
	const { page, close } = await open(browser, name, { width: 360 });
	const off = [await beyond(page)];
	const first = page.locator(".matrix .r td a:visible").first();
	if (await first.count()) {
		await first.click();
		off.push(await beyond(page), await panel(page).evaluate(e => e.scrollWidth - e.clientWidth));
	}
	point(off.every(n => n <= 0), name + ": nothing is wider than a phone", off);
	await close();
}

async function printed(browser) {
	const { page, close } = await open(browser, "boot-runs");
	await page.emulateMedia({ media: "print" });
	const [bad, blocks] = [await page.locator(".ev.bad").count(), await panel(page).count()];
	point(bad === blocks && bad === 4 && !(await page.locator("#tools").isVisible()),
		"on paper: evidence of what is not pass, and no controls", [bad, blocks]);
	await close();
}

// Each of the checks above has to be able to fail.
async function controls(browser) {
	const good = fs.readFileSync(path.join(dir, "boot-runs.html"), "utf8");
	const spoil = (name, text) => fs.writeFileSync(path.join(dir, name + ".html"), text);
	const policy = /<meta http-equiv[^>]*>/;
	spoil("bad-script", good.replace(policy, "").replace("<h1>",
		'<h1><img src="x:y" onerror="alert(1)"><script>console.log(1)</script>'));
	const one = await open(browser, "bad-script");
	await one.page.waitForFunction(() => document.images[0].complete);
	point(one.did.some(d => d.startsWith("dialog")) && one.did.some(d => d.startsWith("console")) &&
		one.did.some(d => d.startsWith("request")), "can fail: what runs, speaks or asks is noticed", one.did);
	await one.close();
	spoil("bad-policy", good.replace("<h1>", '<h1><img src="x:y" onerror="alert(1)">'));
	const two = await open(browser, "bad-policy");
	point(!two.did.some(d => d.startsWith("dialog")) && two.did.some(d => d.startsWith("console")),
		"can fail: the policy alone stops it, and says so", two.did);
	await two.close();
	spoil("bad-reader", good.replace(' lang="en"', "").replace("<h1>", '<h1><img src="#">')
		.replace(policy, ""));
	const three = await open(browser, "bad-reader", { bypassCSP: true });
	const found = (await violations(three.page)).map(v => v[0]);
	point(found.includes("html-has-lang") && found.includes("image-alt"),
		"can fail: axe finds what is wrong", found);
	await three.close();
	spoil("bad-width", good.replace(/<h1>[^<]*/, "<h1><svg width=\"900\" height=\"9\"></svg>"));
	const four = await open(browser, "bad-width", { width: 360 });
	point(await beyond(four.page) > 0, "can fail: what is too wide is noticed");
	await four.close();
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags });
	try {
		await reads(browser);
		await keyboard(browser);
		await without_script(browser);
		await compared(browser);
		await fleet(browser);
		for (const name of ["boot-runs", "boot-panic", "profiles", "proofs-missed", "diff-regressed", "diff-kernels",
			"baseline"])
			await whole(browser, name);
		for (const file of fs.readdirSync(dir).sort())
			if (/^(hostile|attack)/.test(file))
				await inert(browser, path.parse(file).name);
		for (const name of ["boot-runs", "boot-panic", "profiles", "viewpoints", "wide", "truncated",
			"hostile-text", "empty", "all-pass", "diff-regressed", "diff-kernels", "baseline", "attack-fleet"])
			await accessible(browser, name);
		for (const name of ["boot-runs", "wide", "viewpoints", "catalogue", "hostile-text",
			"attack-boot-runs", "diff-kernels", "baseline", "hostile-change", "attack-fleet"])
			await narrow(browser, name);
		await printed(browser);
		await controls(browser);
	} catch (error) {
		point(false, "all of it could be asked", String(error));
	} finally {
		await browser.close();
	}
	console.log("1.." + points);
	process.exitCode = failed ? 1 : 0;
})();
