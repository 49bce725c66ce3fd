/** The one style sheet of a report: light, dark and on paper. Colours keep 4.5 : 1 against what they stand on. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1c1e; --soft: #54595f; --paper: #ffffff; --panel: #f4f5f6; --line: #c9cdd2; --link: #0b57b0;
  --good: #146c2e; --bad: #a8201a; --warn: #7a4b00; --turn: #2f6fd0; --leaf: #8a4fc7; --cell: #b7bec7; --read: #1b8a5a; --life: #e4e7ea; --mark: #fff3b0 }
@media (prefers-color-scheme: dark) { :root { --ink: #e9eaec; --soft: #a9b0b8; --paper: #16181b; --panel: #202327; --line: #43484f; --link: #8ab8ff;
  --good: #7bd88f; --bad: #ff938a; --warn: #f0b85a; --turn: #6aa2f7; --leaf: #c092f5; --cell: #626b76; --read: #4cc38a; --life: #2b3036; --mark: #4a4012 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 1.25rem } footer { padding-bottom: 3rem; color: var(--soft); font-size: .875rem }
h1 { font-size: 1.05rem; margin: 0; color: var(--soft); font-weight: 600 } h1 .pill { margin-left: .5rem } h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; line-height: 1.25 } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem }
.question { font-size: 1.35rem; line-height: 1.3; font-weight: 650; margin: .5rem 0 .75rem; overflow-wrap: anywhere }
.cards { display: grid; grid-template-columns: repeat(2, 1fr); gap: .75rem; margin: 0 0 1rem } .card { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; min-width: 0 } .card h2 { font-size: 1rem; margin: 0 0 .35rem } .card p { margin: .2rem 0; font-size: .9375rem; line-height: 1.4; overflow-wrap: anywhere }
ul.steps { list-style: none; padding-left: 0; margin: .5rem 0 } ul.steps > li { border-bottom: 1px solid var(--line); padding: .25rem 0 } ul.steps summary { color: var(--ink); overflow-wrap: anywhere } .facts { color: var(--soft); font-size: .875rem } h4 { font-size: .9rem; margin: .75rem 0 .25rem } details.frame { margin: .75rem 0 } th.doc { max-width: 14rem; overflow-wrap: anywhere } td.place { white-space: nowrap } td.place details p { white-space: normal; max-width: 16rem; overflow-wrap: anywhere } pre { max-height: 30rem; overflow-y: auto }
a { color: var(--link) } nav ul { list-style: none; padding: 0; margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9375rem }
.pill { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .7rem; font-weight: 600; font-size: .9rem } .good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
.notice { border-left: 4px solid currentColor; background: var(--panel); padding: .75rem 1rem; margin: 1rem 0 } .notice p { color: var(--ink); margin: .25rem 0 }
.answer { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border-radius: .5rem; padding: 1rem 1.25rem; margin: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 1rem 0 } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
ol.quotes { padding-left: 1.75rem } ol.quotes > li { margin: 0 0 1.25rem; break-inside: avoid } ol.quotes .place { font-weight: 600; overflow-wrap: anywhere } .range { color: var(--soft); font-weight: 400 }
blockquote { margin: .4rem 0 0; padding: .6rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; color: var(--soft) } blockquote mark { background: var(--mark); color: var(--ink) }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .9375rem; margin: .75rem 0 } caption { text-align: left; color: var(--soft); padding-bottom: .4rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word } th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } th:last-child, td:last-child { padding-right: 0 } th.n + th, td.n + td { padding-left: .75rem } thead th { font-weight: 600; color: var(--soft) } tbody th { font-weight: 500 } td.goal { min-width: 16rem; overflow-wrap: anywhere }
code, pre { font: .875em/1.5 ui-monospace, "Liberation Mono", "DejaVu Sans Mono", monospace } pre { background: var(--panel); padding: .75rem 1rem; border-radius: .5rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere } code { overflow-wrap: anywhere }
figure { margin: 1rem 0 } figcaption { color: var(--soft); font-size: .875rem; margin-top: .5rem } svg { display: block; min-width: 44rem; width: 100%; height: auto; font: 12px system-ui, "Liberation Sans", "DejaVu Sans", sans-serif }
.lane { fill: var(--ink) } .tick { fill: var(--soft); font-size: 11px } .grid { stroke: var(--line); stroke-width: .5 } .life { fill: var(--life) } rect.turn { fill: var(--turn) } rect.leaf { fill: var(--leaf) } rect.cell { fill: var(--cell) } rect.read { fill: var(--read) } path.refused { fill: var(--bad) }
.key { display: inline-block; width: .9em; height: .75em; margin: 0 .15em 0 .6em; border-radius: 2px } .key.turn { background: var(--turn) } .key.leaf { background: var(--leaf) } .key.cell { background: var(--cell) } .key.read { background: var(--read) } .key.refused { background: var(--bad) }
.unseen { font: 600 .75em/1 ui-monospace, monospace; color: var(--bad); border: 1px solid; border-radius: 3px; padding: 0 .2em; margin: 0 .1em; white-space: nowrap; unicode-bidi: isolate }
summary { cursor: pointer; color: var(--link) } :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
@media (max-width: 40rem) { dl, .cards { grid-template-columns: 1fr } dd { margin-bottom: .5rem } .question { font-size: 1.3rem } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --panel: #f4f5f6; --line: #bbb; --link: #000; --good: #146c2e; --bad: #a8201a; --warn: #7a4b00; --turn: #2f6fd0; --leaf: #8a4fc7; --cell: #b7bec7; --read: #1b8a5a; --life: #e4e7ea; --mark: #fff3b0 }
  body { font-size: 10.5pt } nav { display: none } pre { max-height: none } h2 { break-after: avoid } tr { break-inside: avoid } .scroll { overflow: visible } svg { min-width: 0 } * { print-color-adjust: exact; -webkit-print-color-adjust: exact } details::details-content { content-visibility: visible; block-size: auto } }
`
