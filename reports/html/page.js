"use strict";
/* The page can be read without this: it adds a search, the keyboard in the matrix, and copying. */
(() => {
	const $ = id => document.getElementById(id);
	const tables = [...document.querySelectorAll(".matrix")];
	const rows = [...document.querySelectorAll(".matrix .r")];
	let from = null; /* the cell that opened what is open */

	/* --- what is open --- */

	/* A reference leads to the article, or to a sign before it for one of its answers. */
	const meant = () => location.hash ? $(location.hash.slice(1)) : null;

	function evidence() {
		const at = meant();
		return at && at.closest("#evidence") && (at.matches(".ev") ? at : at.parentNode.querySelector(".ev"));
	}

	function close() {
		const open = evidence();
		if (!open)
			return;
		const cell = from || $("m" + open.id) || document.querySelector("main a");
		const at = [scrollX, scrollY];
		const box = cell.closest(".scroll");
		const inside = box && [box.scrollLeft, box.scrollTop];
		location.hash = "#matrix";
		scrollTo(...at);
		if (box)
			box.scrollTo(...inside);
		focusOn(cell);
		mark(null);
	}

	function mark(cell) {
		for (const old of document.querySelectorAll("[aria-current]"))
			old.removeAttribute("aria-current");
		if (cell)
			cell.setAttribute("aria-current", "true");
	}

	function opened() {
		const open = evidence();
		if (!open) {
			mark(null);
			return;
		}
		if (!from || from.hash !== location.hash)
			from = [...document.querySelectorAll(".matrix a")].find(link => link.hash === location.hash);
		mark(from);
		const signs = [...open.parentNode.querySelectorAll(":scope > i")];
		const answer = open.querySelectorAll(".answer")[signs.indexOf(meant())] || open;
		answer.tabIndex = -1;
		open.scrollTop = 0;
		answer.focus({ preventScroll: true });
		if (answer !== open && answer.offsetTop + answer.offsetHeight > open.clientHeight)
			answer.scrollIntoView();
		for (const command of open.querySelectorAll(".cmd:not([data-copy])"))
			offer(command);
	}

	/* --- copying a command --- */

	function offer(command) {
		const button = document.createElement("button");
		command.dataset.copy = "";
		button.type = "button";
		button.textContent = "Copy";
		button.addEventListener("click", () => {
			getSelection().selectAllChildren(command);
			const done = document.execCommand("copy");
			button.textContent = done ? "Copied" : "Selected";
		});
		command.after(button);
	}

	/* --- the keyboard in the matrix: one tab stop, arrows from there --- */

	const stops = new Map();

	function stop(table, link) {
		const before = stops.get(table);
		if (before)
			before.tabIndex = -1;
		stops.set(table, link);
		link.tabIndex = 0;
	}

	function focusOn(cell) {
		const table = cell.closest(".matrix");
		if (table && cell.closest(".r"))
			stop(table, cell);
		cell.focus({ preventScroll: true });
		cell.scrollIntoView({ block: "nearest", inline: "nearest" });
	}

	const visible = table => [...table.querySelectorAll(".r")].filter(r => r.getClientRects().length);

	function beside(row, column, step) {
		for (let i = column + step; i >= 0 && i < row.cells.length; i += step)
			if (row.cells[i].querySelector("a"))
				return row.cells[i].querySelector("a");
		return null;
	}

	function above(table, row, column, step) {
		const list = visible(table);
		for (let i = list.indexOf(row) + step; i >= 0 && i < list.length; i += step)
			if (list[i].cells[column].querySelector("a"))
				return list[i].cells[column].querySelector("a");
		return null;
	}

	function target(key, link) {
		const cell = link.closest("td, th"), row = cell.closest("tr"), table = row.closest("table");
		switch (key) {
		case "ArrowRight": return beside(row, cell.cellIndex, 1);
		case "ArrowLeft": return beside(row, cell.cellIndex, -1);
		case "ArrowDown": return above(table, row, cell.cellIndex, 1);
		case "ArrowUp": return above(table, row, cell.cellIndex, -1);
		case "Home": return beside(row, -1, 1);
		case "End": return beside(row, row.cells.length, -1);
		default: return undefined;
		}
	}

	function arm(table) {
		const links = table.querySelectorAll(".r a");
		for (const link of links)
			link.tabIndex = -1;
		const first = [...links].find(link => link.getClientRects().length);
		if (first)
			stop(table, first);
		table.addEventListener("keydown", event => {
			const link = event.target.closest(".r a");
			const next = link && !event.ctrlKey && !event.altKey && !event.metaKey &&
				target(event.key, link);
			if (next === undefined || next === null || next === false)
				return;
			event.preventDefault();
			focusOn(next);
		});
		table.addEventListener("focusin", event => {
			const link = event.target.closest(".r a");
			if (link)
				stop(table, link);
		});
		/* Where a tile has no word: whose it is. */
		table.addEventListener("mouseover", event => {
			const cell = event.target.closest(".r td");
			if (!cell || cell.title)
				return;
			const heads = table.querySelectorAll(".who > *");
			const name = cell.closest("tr").cells[0].querySelector("a");
			cell.title = name.textContent + ", " + heads[cell.cellIndex].textContent +
				", " + over(table, cell.cellIndex) + ": " + (cell.textContent || "not asked");
		});
	}

	/* The title that spans a column. */
	function over(table, column) {
		let at = 0;
		for (const head of table.rows[0].cells) {
			at += head.colSpan;
			if (column < at)
				return head.textContent;
		}
		return "";
	}

	/* --- the search --- */

	let texts = null;

	function text_of(row) {
		const link = row.cells[0].querySelector("a");
		const area = row.closest("tbody").querySelector(".area");
		const seen = $(link.id.slice(1));
		return ((area ? area.textContent.trim() + "/" : "") + row.cells[0].textContent + " " +
			(seen ? seen.textContent : "")).toLowerCase();
	}

	function search() {
		const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
		if (words.length && !texts)
			texts = rows.map(text_of);
		rows.forEach((row, i) => {
			row.hidden = !words.every(word => texts[i].includes(word));
		});
		for (const body of document.querySelectorAll(".matrix .b"))
			body.hidden = !body.querySelector(".r:not([hidden])");
		count();
	}

	function count() {
		const shown = document.querySelector("[name=show]:checked").id.slice(5);
		const left = rows.filter(row => !row.hidden && (shown === "0" || row.classList.contains(shown)));
		$("shown").textContent = left.length + " of " + rows.length + " rows";
		for (const table of tables) {
			const first = left.find(row => table.contains(row));
			const stop_row = stops.get(table) && stops.get(table).closest("tr");
			if (first && !left.includes(stop_row))
				stop(table, first.querySelector("a"));
		}
	}

	document.addEventListener("click", event => {
		const link = event.target.closest("a");
		if (!link)
			return;
		if (link.classList.contains("back")) {
			event.preventDefault();
			close();
		} else if (!link.closest(".ev")) {
			from = link;
		}
	});
	document.addEventListener("keydown", event => {
		if (event.key === "Escape")
			close();
	});
	addEventListener("hashchange", opened);
	tables.forEach(arm);
	if ($("tools")) {
		$("tools").hidden = false;
		$("find").addEventListener("input", search);
		document.querySelector("#matrix").addEventListener("change", count);
		count();
	}
	if (location.hash)
		opened();
})();
