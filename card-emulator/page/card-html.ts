import { yenText } from '../command/card-text.ts';
import type { ServedState } from '../command/served-card.ts';

export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #14213d; --soft: #5c6b8a; --paper: #f5f6fa; --card: #ffffff;
  --line: #d9deea; --accent: #1d5fd1; --good: #1a7f4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf6; --soft: #98a4bf; --paper: #11151f;
  --card: #1b2130; --line: #2d364b; --accent: #7aa7ff; --good: #5fd39a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.25rem 1.5rem; margin-bottom: 1.25rem; }
h1 { font-size: 1rem; font-weight: 600; margin: 0; color: var(--soft); }
h2 { font-size: .8rem; font-weight: 600; margin: 0 0 .75rem; color: var(--soft);
  letter-spacing: .06em; text-transform: uppercase; }
.head { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.field { font-weight: 600; white-space: nowrap; }
.in { color: var(--good); } .out { color: var(--soft); } .blocked { color: var(--bad); }
.balance { font-size: 3.2rem; font-weight: 700; line-height: 1.15; margin: .4rem 0 .2rem;
  font-variant-numeric: tabular-nums; }
.idm { color: var(--soft); font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9rem; }
form { display: inline; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.2rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1.1rem; border-radius: 9px; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: var(--ink); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--card); }
ol { list-style: none; margin: 0; padding: 0; }
li { padding: .35rem 0; border-top: 1px solid var(--line); font-variant-numeric: tabular-nums; }
li:first-child { border-top: 0; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .78rem/1.6 ui-monospace, "DejaVu Sans Mono", monospace; }
.none { color: var(--soft); }
`;

/** Keeps the page true without a reload; without a script the page reads well and needs one. */
export const PAGE_SCRIPT = `
const parts = ['state', 'history', 'frames'];
async function refresh() {
  const text = await (await fetch('/')).text();
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  for (const id of parts) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
  }
}
document.addEventListener('submit', async (event) => {
  event.preventDefault();
  await fetch(event.target.action, { method: 'POST' });
  await refresh();
});
setInterval(() => refresh().catch(() => {}), 1000);
`;

/** One whole page; every text from the card is escaped. */
export function cardHtml(state: ServedState): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Card ${escaped(state.idm)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<section id="state">${stateHtml(state)}</section>
<section><h2>History</h2><div id="history">${listHtml(state.historyText)}</div></section>
<section><h2>Frames, newest first</h2><div id="frames">${framesHtml(state.frames)}</div></section>
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function stateHtml({ personality, idm, balance, isBlocked, isInField }: ServedState): string {
  const field = isInField
    ? '<span class="field in">over the reader</span>'
    : '<span class="field out">away</span>';
  const money = balance === undefined ? 'no purse of ours' : `${yenText(balance)} yen`;
  const blocked = isBlocked === true ? ' <span class="field blocked">blocked</span>' : '';
  return `
<div class="head"><h1>${escaped(personality)} card</h1>${field}</div>
<p class="balance">${escaped(money)}</p>
<p class="idm">IDm ${escaped(idm)}${blocked}</p>
<div class="buttons">
${button(isInField ? 'remove' : 'tap', isInField ? 'Pull away' : 'Tap', true)}
${isBlocked === undefined ? '' : button(isBlocked ? 'unblock' : 'block', isBlocked ? 'Unblock' : 'Block', false)}
</div>
`;
}

function button(action: string, label: string, isMain: boolean): string {
  const kind = isMain ? ' class="main"' : '';
  return `<form method="post" action="/${action}"><button${kind}>${label}</button></form>`;
}

function listHtml(lines: readonly string[]): string {
  if (lines.length === 0) return '<p class="none">nothing yet</p>';
  return `<ol>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ol>`;
}

/** Commands with their answers, the last exchange on top. */
function framesHtml(frames: readonly string[]): string {
  if (frames.length === 0) return '<p class="none">no reader has spoken to it yet</p>';
  const exchanges = Array.from({ length: Math.ceil(frames.length / 2) }, (_, index) =>
    frames.slice(2 * index, 2 * index + 2).join('\n'),
  );
  return `<pre>${escaped(exchanges.toReversed().join('\n'))}</pre>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
