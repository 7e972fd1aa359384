// The help centre's own, small fonts: one file a script, cut from the npm packages while building. In CSS: url("font:hindi").
// Weights of Indic scripts are left to the browser: with an axis of weights one file alone would weigh 70 KB.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import subsetFont from "subset-font";

const require = createRequire(import.meta.url);
const PACKAGES = "@fontsource-variable";
const JOINERS = [[0x200c, 0x200d], [0x25cc, 0x25cc]];
const REGULAR_TO_BOLD = { min: 400, max: 700 };

// Languages as links name them: a page in another one needs no more of their scripts.
const NAMES = "हिन्दी বাংলা";

const FONTS = {
  latin: {
    file: "noto-sans/files/noto-sans-latin-wght-normal.woff2",
    ranges: [[0x20, 0x7e], [0xa0, 0xbf], [0xd7, 0xd7], [0xf7, 0xf7], [0x2010, 0x2026], [0x2030, 0x203a], [0x20ac, 0x20ac], [0x2122, 0x2122], [0x2190, 0x2193], [0x2212, 0x2215]],
    weight: REGULAR_TO_BOLD,
  },
  // Of loan words and of names; most pages have none.
  "latin-accents": {
    file: "noto-sans/files/noto-sans-latin-wght-normal.woff2",
    ranges: [[0xc0, 0xd6], [0xd8, 0xf6], [0xf8, 0xff], [0x131, 0x131], [0x152, 0x153]],
    weight: REGULAR_TO_BOLD,
  },
  rupee: {
    file: "noto-sans-devanagari/files/noto-sans-devanagari-latin-ext-wght-normal.woff2",
    ranges: [[0x20b9, 0x20b9]],
    weight: REGULAR_TO_BOLD,
  },
  "names-devanagari": {
    file: "noto-sans-devanagari/files/noto-sans-devanagari-devanagari-wght-normal.woff2",
    text: NAMES,
    weight: 400,
  },
  "names-bengali": {
    file: "noto-sans-bengali/files/noto-sans-bengali-bengali-wght-normal.woff2",
    text: NAMES,
    weight: 400,
  },
  devanagari: {
    file: "noto-sans-devanagari/files/noto-sans-devanagari-devanagari-wght-normal.woff2",
    ranges: [[0x900, 0x97f], ...JOINERS],
    weight: 400,
  },
  bengali: {
    file: "noto-sans-bengali/files/noto-sans-bengali-bengali-wght-normal.woff2",
    ranges: [[0x951, 0x952], [0x964, 0x965], [0x980, 0x9fe], ...JOINERS],
    weight: 400,
  },
};

const characters = (ranges) =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at))).join("");

const cut = new Map();

function load(name) {
  if (!cut.has(name)) {
    const { file, ranges, text, weight } = FONTS[name];
    const made = readFile(require.resolve(`${PACKAGES}/${file}`)).then((whole) =>
      subsetFont(whole, text ?? characters(ranges), { targetFormat: "woff2", variationAxes: { wght: weight } }),
    );
    cut.set(name, made);
  }
  return cut.get(name);
}

export const smallFonts = {
  name: "small-fonts",
  setup(build) {
    build.onResolve({ filter: /^font:/ }, ({ path }) => ({ path: `${path.slice("font:".length)}.woff2`, namespace: "font" }));
    build.onLoad({ filter: /.*/, namespace: "font" }, async ({ path }) => ({ contents: await load(path.replace(/\.woff2$/, "")), loader: "file" }));
  },
};
