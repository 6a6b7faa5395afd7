// Amounts, quotes and constraints, by the words of spec/ledger.md, spec/quotes.md and spec/constraints.md. Messages are objects with the names of the proto
// fields, 64-bit numbers as texts, enums by name, and the member of a oneof under the oneof's name. Every rule is a member of `terms`, and is called as one.
import { readFileSync } from 'node:fs';

const registry = (name) => JSON.parse(readFileSync(new URL(`../../registry/${name}.json`, import.meta.url)));
const rank = registry('errors').map((row) => row.name);
const currencies = new Map(registry('currencies').map((row) => [row.code, row.digits]));
const DAY = 86_400_000;

export const idForm = new RegExp('^act://(?=[^/]{1,63}/)(L\\.)*L/L$'.replaceAll('L', '[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?')); // ENV-10
export const within = (n, least, most) => BigInt(n) >= BigInt(least) && BigInt(n) <= BigInt(most);
export const text = (value, most, least = 0) => within(Buffer.byteLength(value), least, most);
const name = (value) => /^[a-z][a-z0-9._-]{0,63}$/.test(value);

export const terms = {
  nanos: ({ units, nanos }) => BigInt(units) * 1_000_000_000n + BigInt(nanos),
  // LED-02: the code, or undefined.
  amountFault(money) {
    if (!money) return 'amount_invalid';
    if (!currencies.has(money.currency_code)) return 'currency_unknown';
    const { units, nanos } = money;
    const mixed = (BigInt(units) > 0n && nanos < 0) || (BigInt(units) < 0n && nanos > 0);
    return within(nanos, -999_999_999, 999_999_999) && !mixed && within(terms.nanos(money), -MOST, MOST) ? undefined : 'amount_invalid';
  },
  // LED-04
  amountText(money) {
    const nanos = terms.nanos(money);
    const size = `${nanos < 0n ? -nanos : nanos}`.padStart(10, '0');
    const fraction = size.slice(-9).replace(/0+$/, '').padEnd(currencies.get(money.currency_code), '0');
    return `${nanos < 0n ? '-' : ''}${size.slice(0, -9)}${fraction && `.${fraction}`} ${money.currency_code}`;
  },

  // QUO-01 to QUO-07: the code that the registry has first, or undefined.
  quoteFault(quote) {
    const { lines, taxes, fees, payees, attributes, total } = quote;
    if ([lines, taxes, fees, attributes].some((list) => list.length > 64) || payees.length > 16) return 'terms_invalid';
    const faults = new Set();
    const need = (holds, code) => { if (!holds) faults.add(code); };
    const amount = (money) => { const fault = terms.amountFault(money); need(!fault, fault); return fault ? null : terms.nanos(money); };
    const whole = amount(total);
    const same = (money, other = total) => need(money.currency_code === other.currency_code, 'currency_mixed');
    const add = (sum, list) => list.reduce((all, item) => all + (terms.amountFault(item.amount) ? 0n : terms.nanos(item.amount)), sum);
    need(lines.length > 0, 'terms_invalid');
    need(whole === null || whole >= 0n, 'amount_invalid');
    for (const line of lines) {
      need(text(line.description, 256) && within(line.quantity, 1, 1_000_000), 'terms_invalid');
      const [price, sum] = [amount(line.unit_price), amount(line.amount)];
      if (price === null || sum === null) continue;
      same(line.unit_price, line.amount);
      if (whole !== null) same(line.amount);
      need(terms.product(price, line.quantity) === sum, 'totals_wrong');
    }
    for (const charge of [...taxes, ...fees]) {
      need(text(charge.name, 256), 'terms_invalid');
      const sum = amount(charge.amount);
      if (sum !== null && whole !== null) same(charge.amount);
      need(sum === null || sum >= 0n, 'amount_invalid');
    }
    if (whole !== null) need(terms.sum(add(0n, [...lines, ...taxes, ...fees])) === whole, 'totals_wrong');
    for (const payee of payees) {
      need(idForm.test(payee.account), 'terms_invalid');
      const sum = amount(payee.amount);
      if (sum !== null && whole !== null) same(payee.amount);
      need(sum === null || sum > 0n, 'amount_invalid');
    }
    need(new Set(payees.map((payee) => payee.account)).size === payees.length, 'terms_invalid');
    if (whole !== null && payees.length) need(add(0n, payees) === whole, 'totals_wrong');
    const names = ['total', 'seller', ...attributes.map((attribute) => attribute.name)];
    need(new Set(names).size === names.length && attributes.every((attribute) => name(attribute.name) && terms.isValue(attribute.value, false)), 'terms_invalid');
    for (const { value } of attributes) if (value?.kind === 'money') amount(value.money);
    need(terms.areTerms(quote.terms), 'terms_invalid');
    return rank.find((code) => faults.has(code));
  },
  product: (price, quantity) => price * BigInt(quantity),
  sum: (nanos) => nanos,
  areTerms: (t) => t && within(t.hold_for_ms, 1000, 30 * DAY) && terms.cancels.includes(t.cancel) && (t.settlement === 'instant' || (t.settlement === 'escrow'
    && [t.escrow.fulfil_within_ms, t.escrow.resolve_within_ms].every((ms) => within(ms, 1000, 90 * DAY)) && within(t.escrow.dispute_window_ms, 0, 90 * DAY) && idForm.test(t.escrow.arbiter))),
  cancels: ['UNSPECIFIED', 'UNTIL_COMMIT', 'UNTIL_CONFIRM'].map((cancel) => `CANCEL_TERMS_${cancel}`),

  // CON-06, CON-07
  isSupported(constraint) {
    let nodes = 0;
    const fits = (node, level) => {
      const part = node?.[node.kind];
      if (!part || level > 8 || ++nodes > 64) return false;
      const leaf = (holds) => name(part.attribute) && holds;
      switch (node.kind) {
        case 'compare': return leaf(terms.isValue(part.value) && ['EQUAL', 'NOT_EQUAL', ...(ordered(part.value) ? ['LESS', 'AT_MOST', 'GREATER', 'AT_LEAST'] : [])].includes(relation(part)));
        case 'one_of': return leaf(within(part.values.length, 1, 32) && part.values.every((value) => terms.isValue(value)));
        case 'between': return leaf([part.from, part.until].every((value) => terms.isValue(value) && ordered(value)) && part.from.kind === part.until.kind);
        case 'hours_of_day': return leaf(part.from_minute < 1440 && part.until_minute <= 1440 && terms.isZone(part.zone));
        case 'not': return fits(part.of, level + 1);
        default: return within(part.of.length, 1, 16) && part.of.every((child) => fits(child, level + 1));
      }
    };
    return fits(constraint, 1);
  },
  isValue: (value, exact = true) => Boolean(value?.kind) && (value.kind !== 'text' || text(value.text, 256)) && (!exact || value.kind !== 'money' || !terms.amountFault(value.money)),
  // Links keep their names here, so only the spelling of the others can be told.
  isZone(zone) {
    try {
      const known = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
      return /^[A-Z]/i.test(zone) && (known === zone || known.toLowerCase() !== zone.toLowerCase());
    } catch { return false; }
  },
  // CON-01 to CON-05: true, false, or null when it cannot be decided.
  decide(node, facts) {
    const part = node[node.kind];
    const fact = facts.get(part.attribute);
    const all = () => part.of.map((child) => terms.decide(child, facts));
    switch (node.kind) {
      case 'compare': return { EQUAL: is((o) => o === 0), NOT_EQUAL: is((o) => o !== 0), LESS: is((o) => o < 0), AT_MOST: is((o) => o <= 0), GREATER: is((o) => o > 0), AT_LEAST: is((o) => o >= 0) }[
        relation(part)](terms.order(fact, part.value));
      case 'one_of': return terms.any(part.values.map((value) => is((o) => o === 0)(terms.order(fact, value))));
      case 'between': return terms.both(is((o) => o >= 0)(terms.order(fact, part.from)), is((o) => o < 0)(terms.order(fact, part.until)));
      case 'hours_of_day': return fact?.kind === 'time_ms' ? terms.isWithinHours(part, terms.minute(part.zone, BigInt(fact.time_ms))) : null;
      case 'not': return terms.not(terms.decide(part.of, facts));
      case 'all': return terms.not(terms.any(all().map(terms.not)));
      default: return terms.any(all());
    }
  },
  not: (truth) => (truth === null ? null : !truth),
  any: (truths) => (truths.includes(true) ? true : truths.includes(null) ? null : false),
  both: (from, until) => (from === null || until === null ? null : from && until),
  // The sign of left - right; null for what cannot be compared.
  order(left, right) {
    if (left?.kind !== right.kind || (left.kind === 'money' && left.money.currency_code !== right.money.currency_code)) return null;
    if (left.kind === 'text' || left.kind === 'flag') return left[left.kind] === right[left.kind] ? 0 : 1;
    const [a, b] = left.kind === 'money' ? [terms.nanos(left.money), terms.nanos(right.money)] : [BigInt(left[left.kind]), BigInt(right[left.kind])];
    return a < b ? -1 : a > b ? 1 : 0;
  },
  minute(zone, ms) {
    if (ms < -62_135_596_800_000n + BigInt(DAY) || ms > 253_402_300_799_999n - BigInt(DAY)) return null;
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' }).formatToParts(Number(ms));
    const [hour, minute] = ['hour', 'minute'].map((unit) => Number(parts.find((part) => part.type === unit).value));
    return 60 * hour + minute;
  },
  isWithinHours({ from_minute: from, until_minute: until }, minute) {
    if (minute === null || from === until) return minute === null ? null : true;
    return from < until ? from <= minute && minute < until : from <= minute || minute < until;
  },
  factsOf: (quote, seller) => new Map([...quote.attributes.map(({ name: of, value }) => [of, value]), ['total', quote.total && { kind: 'money', money: quote.total }], ['seller', { kind: 'text', text: seller }]]),
};
const MOST = (2n ** 63n - 1n) * 1_000_000_000n;
const relation = (compare) => `${compare.relation}`.replace('RELATION_', '');
const ordered = (value) => ['integer', 'money', 'time_ms'].includes(value.kind);
const is = (of) => (order) => (order === null ? null : of(order));
