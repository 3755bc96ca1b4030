#!/bin/sh
# Turns each text of the records on stdin into an attack on a page of HTML, in front of what it
# was; words that a reader takes for a value (outcomes, kinds, times) stay what they are.
exec jq -c '
	def attack: "<script>document.title=`owned`;alert(1)</script>\"><img src=x onerror=alert(2)>"
		+ "\u0027 autofocus onfocus=alert(3) x=\u0027 javascript:alert(4) </style></title>"
		+ "</textarea>--><!--]]> &lt;b&gt; &#x3c;i> ${alert(5)} ";
	def kept: ["type", "time", "outcome", "kind", "fault", "level", "ready", "accel", "cgroup",
		"of", "errno", "is", "format"];
	def spoil($key): if type == "object" then with_entries(.key as $k | .value |= spoil($k))
		elif type == "array" then map(spoil($key))
		elif type == "string" and (kept | index($key) | not) then attack + .
		else . end;
	spoil("")'
