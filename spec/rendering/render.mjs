// Renderings, written from ../rendering.md alone. node render.mjs CASE.json LANGUAGE prints one; node render.mjs --check compares all
// with the golden files. A case has an intent and, unless the intent alone is rendered, a quote and the seller's id, as ProtoJSON.
import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const registry = (name) => JSON.parse(read(`../registry/${name}.json`));
const sentences = new Map(registry('sentences').map((row) => [row.sentence, row]));
const digits = new Map(registry('currencies').map((row) => [row.code, row.digits]));
const ranges = (list) => list.map((range) => range.split('-')).map(([first, last]) => [parseInt(first, 16), parseInt(last ?? first, 16)]);
const { by_number, marks } = registry('characters');
const [byNumber, mark] = [ranges(by_number), ranges(marks)];
const within = (list, scalar) => list.some(([first, last]) => first <= scalar && scalar <= last);

// REN-10
function quoted(text = '') {
  let [inert, joins] = ['', false];
  for (const character of text) {
    const scalar = character.codePointAt(0);
    joins = !within(byNumber, scalar) && (joins || !within(mark, scalar));
    inert += joins ? character : `\\u{${scalar.toString(16).toUpperCase().padStart(4, '0')}}`;
  }
  return `"${inert}"`;
}

// LED-04
function amount({ currency_code, units = '0', nanos = 0 }) {
  const total = BigInt(units) * 1_000_000_000n + BigInt(nanos);
  const size = (total < 0n ? -total : total).toString().padStart(10, '0');
  const fraction = size.slice(-9).replace(/0+$/, '').padEnd(digits.get(currency_code), '0');
  return `${total < 0n ? '-' : ''}${size.slice(0, -9)}${fraction ? `.${fraction}` : ''} ${currency_code}`;
}

// REN-05, REN-06, REN-08
const seconds = (ms = '0') => `${BigInt(ms) / 1000n}${BigInt(ms) % 1000n ? `.${(BigInt(ms) % 1000n).toString().padStart(3, '0').replace(/0+$/, '')}` : ''}`;
function instant(ms) {
  const n = BigInt(ms);
  if (n < -62_135_596_800_000n || n > 253_402_300_799_999n) return `${n}`;
  return new Date(Math.floor(Number(n) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
const clock = (minute = 0) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

export function render({ intent, quote, seller }, language) {
  const say = (name, ...parts) => sentences.get(name)[language].replace(/\{(\d)\}/g, (_, index) => parts[Number(index)]);
  const value = ({ text, integer, flag, money, time_ms }) =>
    text !== undefined ? quoted(text) : integer !== undefined ? `${integer}` : flag !== undefined ? say(flag ? 'yes' : 'no')
      : money !== undefined ? amount(money) : instant(time_ms);
  // REN-07
  function constraint(node) {
    const [[kind, part]] = Object.entries(node);
    const join = (separator, of, text) => of.map(text).join(say(separator));
    switch (kind) {
      case 'compare': return say(kind, part.attribute, say(part.relation.replace('RELATION_', '').toLowerCase()), value(part.value));
      case 'one_of': return say(kind, part.attribute, join('list', part.values, value));
      case 'between': return say(kind, part.attribute, value(part.from), value(part.until));
      case 'hours_of_day': return say('hours', part.attribute, clock(part.from_minute), clock(part.until_minute), part.zone);
      case 'not': return say(kind, constraint(part.of));
      default: return say(kind, join('parts', part.of, constraint));
    }
  }
  // REN-04
  const lines = [];
  const add = (...sentence) => lines.push(say(...sentence));
  if (quote) {
    add('purchase');
    add('seller', seller);
    add('pay', amount(quote.total));
    for (const line of quote.lines ?? []) add('line', line.quantity, quoted(line.description), amount(line.unit_price), amount(line.amount));
    for (const tax of quote.taxes ?? []) add('tax', quoted(tax.name), amount(tax.amount));
    for (const fee of quote.fees ?? []) add('fee', quoted(fee.name), amount(fee.amount));
    for (const payee of quote.payees ?? []) add('payee', payee.account, amount(payee.amount));
    const { escrow, hold_for_ms, cancel } = quote.terms;
    if (escrow) add('escrow', seconds(escrow.fulfil_within_ms), seconds(escrow.dispute_window_ms), escrow.arbiter, seconds(escrow.resolve_within_ms));
    else add('instant');
    add('hold', seconds(hold_for_ms));
    add(cancel === 'CANCEL_TERMS_UNTIL_CONFIRM' ? 'cancel_until_confirm' : 'cancel_until_commit');
    for (const attribute of quote.attributes ?? []) add('attribute', attribute.name, value(attribute.value));
  }
  add('intent');
  add('budget', amount(intent.budget), intent.max_locks || 1);
  if (intent.constraint) add('demands', constraint(intent.constraint));
  else add('no_demands');
  add('words', quoted(intent.words));
  return lines.map((line) => `${line}\n`).join('');
}

const [, program, given, language = 'en'] = process.argv;
if (!program || realpathSync(program) !== fileURLToPath(import.meta.url)) {
  // Imported: whoever did calls render.
} else if (given === '--check') {
  const cases = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.json'));
  let same = 0;
  for (const name of cases) {
    for (const language of ['en', 'zh']) {
      const golden = name.replace('.json', `.${language}.txt`);
      if (render(JSON.parse(read(name)), language) === read(golden)) same++;
      else console.error(`${golden} differs`);
    }
  }
  console.log(`${same} renderings are the same`);
  process.exitCode = same === 2 * cases.length ? 0 : 1;
} else if (given) {
  process.stdout.write(render(JSON.parse(readFileSync(given, 'utf8')), language));
}
