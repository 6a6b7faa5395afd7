// Writes every file of vectors beside it; with --check it only compares. Needs node alone, and knows no code of the reference broker.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constraints } from './make/constraints.mjs';
import { buckets, digests, messages, sealed, transactions } from './make/ids.mjs';
import { paths, receipts, trees } from './make/journal.mjs';
import { encodings, refusals } from './make/refusals.mjs';
import { keys, signatures } from './make/signatures.mjs';
import { amounts, quotes } from './make/terms.mjs';

const files = {
  'constraints/verdicts.json': constraints(),
  'directory/keys.json': keys(),
  'envelopes/digests.json': digests(),
  'envelopes/encodings.json': encodings(),
  'envelopes/homes.json': buckets(),
  'envelopes/message-ids.json': messages(),
  'envelopes/refusals.json': refusals(),
  'envelopes/sealed.json': sealed(),
  'envelopes/signatures.json': signatures(),
  'journal/paths.json': paths(),
  'journal/receipts.json': receipts(),
  'journal/trees.json': trees(),
  'ledger/amounts.json': amounts(),
  'transactions/quotes.json': quotes(),
  'transactions/transaction-ids.json': transactions(),
};

const check = process.argv.includes('--check');
let [count, stale] = [0, 0];
for (const [name, vectors] of Object.entries(files)) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const text = `[\n${vectors.map((vector) => `  ${JSON.stringify(vector)}`).join(',\n')}\n]\n`;
  if (new Set(vectors.map((vector) => vector.id)).size !== vectors.length) throw new Error(`${name}: an id stands twice.`);
  count += vectors.length;
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    stale++;
    console.error(`${name} is not what this script makes.`);
  }
}
console.log(`${count} vectors in ${Object.keys(files).length} files`);
process.exit(stale === 0 ? 0 : 1);
