"""How a report looks: one style sheet for screen (light, dark) and paper. No font, image or script is loaded."""

STYLE = """
:root { color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #15181d); --card: light-dark(#ffffff, #1c2027); --ink: light-dark(#1e2329, #e4e6ea);
  --soft: light-dark(#5d6670, #9aa3ae); --rule: light-dark(#e3e0d8, #2c323b); --accent: light-dark(#2a5db0, #7aa7f0);
  --good: light-dark(#1f7a45, #6cc58f); --bad: light-dark(#b3312b, #f0857e); --warn: light-dark(#8a5d00, #e0b055);
  --plus: light-dark(#e5f4ea, #17301f); --minus: light-dark(#fbe9e7, #3a1f1e); }
:root:has(#light:checked) { color-scheme: light; }
:root:has(#dark:checked) { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.2rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .3rem 0 .5rem; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .8rem; padding-bottom: .35rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: .95rem; margin: 1.2rem 0 .4rem; }
code, pre, .mono { font: .86em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
code, .mono, td, dd, li, p, h1 { overflow-wrap: anywhere; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; }
.bar { display: flex; justify-content: space-between; gap: 1rem; align-items: center; color: var(--soft); font-size: .85rem; }
.bar fieldset { border: 0; margin: 0; padding: 0; display: flex; gap: .7rem; }
.bar label { display: inline-flex; gap: .25rem; align-items: center; cursor: pointer; }
.bar input { accent-color: var(--accent); margin: 0; }
.badge { display: inline-block; padding: .1rem .65rem; border-radius: 1rem; font-weight: 600; font-size: .85rem;
  border: 1px solid currentColor; }
.meta { color: var(--soft); margin: .2rem 0 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; list-style: none; padding: 0; margin: 1.1rem 0 0; font-size: .9rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.accent { color: var(--accent); } .dim { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem 1.2rem; }
.cause { border-left: 4px solid var(--accent); font-size: 1.05rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.4rem 0 0; padding: 0; }
.figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .7rem .9rem; }
.figures dt { color: var(--soft); font-size: .78rem; } .figures dd { margin: 0; font-size: 1.25rem; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: .9rem; }
.two h3, .card h3 { margin-top: 0; } .card p { margin: .2rem 0; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .82rem; margin-top: .3rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .8rem; }
th, td { padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; }
ol.time { list-style: none; margin: 0; padding: 0; }
ol.time li { display: grid; grid-template-columns: 4.6rem 1.4rem 1fr; gap: .3rem; padding: .16rem 0; font-size: .93rem; }
ol.time time { color: var(--soft); font-weight: 400; white-space: nowrap; font-variant-numeric: tabular-nums; }
ol.time li.step { margin-top: .7rem; font-weight: 600; }
details { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; margin: .55rem 0; }
summary { cursor: pointer; padding: .55rem .9rem; } details > div { padding: 0 .9rem .9rem; }
details[open] > summary { border-bottom: 1px solid var(--rule); margin-bottom: .7rem; }
pre { margin: .3rem 0 .8rem; padding: .6rem 0; background: var(--paper); border: 1px solid var(--rule); border-radius: 6px;
  overflow-x: auto; tab-size: 4; }
pre span { display: block; padding: 0 .8rem; min-height: 1.5em; white-space: pre; width: max-content; min-width: 100%; }
pre .add { background: var(--plus); } pre .del { background: var(--minus); } pre .at { color: var(--soft); }
footer { color: var(--soft); font-size: .82rem; padding: 2.5rem 1.5rem 3rem; }
@media print { :root { color-scheme: light; } body { font-size: 10.5pt; background: #fff; } nav, .bar fieldset, .skip { display: none; }
  main, header, footer { max-width: none; padding: 0; } details, tr, figure, .card { break-inside: avoid; } h2 { break-after: avoid; }
  pre span { white-space: pre-wrap; width: auto; } details::details-content { content-visibility: visible; display: block; }
  a { color: inherit; text-decoration: none; } }
"""
