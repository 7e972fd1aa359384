// Beside each built text file its compressed forms, so that no request has to wait for them: app-XY.css.br and app-XY.css.gz.
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import zlib from "node:zlib";

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
const TEXT = /\.(css|js|svg)$/;

// The names of what was written.
export async function compress(file) {
  if (!TEXT.test(file)) return [];
  const text = await readFile(file);
  const forms = { br: await brotli(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } }), gz: await gzip(text, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(forms)) await writeFile(`${file}.${ending}`, bytes);
  return Object.keys(forms).map((ending) => `${file}.${ending}`);
}
