// Constraints over one quote: satisfied, not_satisfied, undecidable; or unsupported, which refuses the intent.
const SATISFIED = 'satisfied';
const NOT = 'not_satisfied';
const UNDECIDABLE = 'undecidable';
const UNSUPPORTED = 'unsupported';

const attributes = [
  ['flag', { flag: true }], ['count', { integer: '3' }], ['text', { text: 'HGH' }], ['price', { money: { currency_code: 'CNY', units: '780' } }],
  // 14:25 in Shanghai on 24 December 2026; 02:30 in Berlin on 25 October 2026, which is there twice: this is the second.
  ['departure', { time_ms: '1798093500000' }], ['twice', { time_ms: '1792891800000' }],
].map(([name, value]) => ({ name, value }));

const compare = (attribute, relation, value) => ({ compare: { attribute, relation: `RELATION_${relation}`, value } });
const hours = (from, until, zone = 'Asia/Shanghai', attribute = 'departure') => ({ hours_of_day: { attribute, zone, from_minute: from, until_minute: until } });
const between = (attribute, from, until) => ({ between: { attribute, from, until } });
const oneOf = (attribute, ...values) => ({ one_of: { attribute, values } });
const all = (...of) => ({ all: { of } });
const any = (...of) => ({ any: { of } });
const not = (of) => ({ not: { of } });
const int = (n) => ({ integer: String(n) });
const cny = (n) => ({ money: { currency_code: 'CNY', units: String(n) } });
const yes = compare('count', 'EQUAL', int(3));
const no = compare('count', 'EQUAL', int(4));
const unknown = compare('absent', 'EQUAL', int(3));
const deep = (levels) => (levels === 1 ? yes : not(deep(levels - 1)));

export const constraints = () => [
  ['CON-01/equal', yes, SATISFIED], ['CON-01/equal-not', no, NOT], ['CON-01/other-than', compare('count', 'NOT_EQUAL', int(4)), SATISFIED],
  ['CON-01/less', compare('count', 'LESS', int(4)), SATISFIED], ['CON-01/less-than-itself', compare('count', 'LESS', int(3)), NOT],
  ['CON-01/at-most-itself', compare('count', 'AT_MOST', int(3)), SATISFIED], ['CON-01/greater-than-itself', compare('count', 'GREATER', int(3)), NOT],
  ['CON-01/at-least-itself', compare('count', 'AT_LEAST', int(3)), SATISFIED], ['CON-01/text', compare('text', 'EQUAL', { text: 'HGH' }), SATISFIED],
  ['CON-01/text-of-another-case', compare('text', 'EQUAL', { text: 'hgh' }), NOT], ['CON-01/flag', compare('flag', 'NOT_EQUAL', { flag: false }), SATISFIED],
  ['CON-01/total', compare('total', 'AT_MOST', cny(780)), SATISFIED], ['CON-01/total-too-dear', compare('total', 'AT_MOST', cny(779)), NOT],
  ['CON-01/seller', compare('seller', 'EQUAL', { text: 'act://local/seller' }), SATISFIED],
  ['CON-02/one-of', oneOf('text', { text: 'SHA' }, { text: 'HGH' }), SATISFIED], ['CON-02/none-of', oneOf('text', { text: 'SHA' }, { text: 'PEK' }), NOT],
  ['CON-02/one-of-unlike', oneOf('text', int(1), { text: 'HGH' }), SATISFIED], ['CON-02/none-of-unlike', oneOf('text', int(1), { text: 'SHA' }), UNDECIDABLE],
  ['CON-02/between-at-the-start', between('count', int(3), int(4)), SATISFIED], ['CON-02/between-at-the-end', between('count', int(2), int(3)), NOT],
  ['CON-03/hours', hours(360, 1320), SATISFIED], ['CON-03/hours-at-the-start', hours(865, 1320), SATISFIED], ['CON-03/hours-at-the-end', hours(360, 865), NOT],
  ['CON-03/hours-over-midnight', hours(1320, 870), SATISFIED], ['CON-03/hours-over-midnight-not', hours(1320, 360), NOT], ['CON-03/hours-all-day', hours(0, 0), SATISFIED],
  ['CON-03/hours-until-midnight', hours(0, 1440), SATISFIED], ['CON-03/hours-in-another-zone', hours(865, 866, 'Etc/UTC'), NOT],
  ['CON-03/hours-that-come-twice', hours(150, 151, 'Europe/Berlin', 'twice'), SATISFIED], ['CON-03/hours-of-a-number', hours(0, 1440, 'Etc/UTC', 'count'), UNDECIDABLE],
  ['CON-04/missing', unknown, UNDECIDABLE], ['CON-04/missing-negated', not(unknown), UNDECIDABLE], ['CON-04/unlike-type', compare('count', 'EQUAL', { text: '3' }), UNDECIDABLE],
  ['CON-04/unlike-type-other-than', compare('count', 'NOT_EQUAL', { text: '3' }), UNDECIDABLE],
  ['CON-04/unlike-currency', compare('price', 'AT_MOST', { money: { currency_code: 'EUR', units: '1000' } }), UNDECIDABLE],
  ['CON-04/time-is-no-integer', compare('departure', 'GREATER', int(0)), UNDECIDABLE],
  ['CON-05/all', all(yes, yes), SATISFIED], ['CON-05/all-one-not', all(yes, no), NOT], ['CON-05/all-one-unknown', all(yes, unknown), UNDECIDABLE],
  ['CON-05/all-unknown-and-not', all(unknown, no), NOT], ['CON-05/any', any(no, yes), SATISFIED], ['CON-05/any-none', any(no, no), NOT],
  ['CON-05/any-unknown-and-yes', any(unknown, yes), SATISFIED], ['CON-05/any-unknown-and-not', any(unknown, no), UNDECIDABLE],
  ['CON-05/not', not(no), SATISFIED], ['CON-05/not-not', not(yes), NOT], ['CON-05/not-all-unknown-and-not', not(all(unknown, no)), SATISFIED],
  ['CON-06/levels-8', deep(8), NOT], ['CON-06/levels-9', deep(9), UNSUPPORTED], ['CON-06/all-of-16', all(...Array(16).fill(yes)), SATISFIED],
  ['CON-06/all-of-17', all(...Array(17).fill(yes)), UNSUPPORTED], ['CON-06/nodes-64', all(...Array(3).fill(all(...Array(16).fill(yes))), all(...Array(11).fill(yes))), SATISFIED],
  ['CON-06/nodes-65', all(...Array(3).fill(all(...Array(16).fill(yes))), all(...Array(12).fill(yes))), UNSUPPORTED],
  ['CON-06/empty', {}, UNSUPPORTED], ['CON-06/all-of-none', all(), UNSUPPORTED], ['CON-06/any-of-none', any(), UNSUPPORTED], ['CON-06/not-of-none', { not: {} }, UNSUPPORTED],
  ['CON-06/one-of-none', oneOf('text'), UNSUPPORTED], ['CON-06/one-of-33', oneOf('count', ...Array(33).fill(int(3))), UNSUPPORTED],
  ['CON-07/text-in-an-order', compare('text', 'LESS', { text: 'X' }), UNSUPPORTED], ['CON-07/flag-in-an-order', compare('flag', 'AT_LEAST', { flag: true }), UNSUPPORTED],
  ['CON-07/relation-absent', { compare: { attribute: 'count', value: int(3) } }, UNSUPPORTED], ['CON-07/relation-unknown', { compare: { attribute: 'count', relation: 99, value: int(3) } }, UNSUPPORTED],
  ['CON-07/value-absent', { compare: { attribute: 'count', relation: 'RELATION_EQUAL' } }, UNSUPPORTED],
  ['CON-07/between-unlike', between('count', int(1), { time_ms: '5' }), UNSUPPORTED], ['CON-07/between-texts', between('text', { text: 'A' }, { text: 'Z' }), UNSUPPORTED],
  ['CON-07/zone-unknown', hours(0, 60, 'Mars/Olympus'), UNSUPPORTED], ['CON-07/from-1440', hours(1440, 60), UNSUPPORTED], ['CON-07/until-1441', hours(0, 1441), UNSUPPORTED],
  ['CON-07/name-upper-case', compare('Count', 'EQUAL', int(3)), UNSUPPORTED], ['CON-07/name-too-long', compare('a'.repeat(65), 'EQUAL', int(3)), UNSUPPORTED],
  ['CON-07/money-not-normal', compare('price', 'EQUAL', { money: { currency_code: 'CNY', units: '1', nanos: -1 } }), UNSUPPORTED],
].map(([id, constraint, verdict]) => ({
  id, comment: id.slice(7).replaceAll('-', ' '), constraint, quote: { total: cny(780).money, attributes }, seller: 'act://local/seller', verdict,
}));
