// Bundles styles, scripts, fonts and images into webapp/static/dist, names them by content, and writes manifest.json,
// which maps each source name ("app.css") to what templates must link ("app-3F2K….css"). `--watch` rebuilds on change.
// Beside them, in dist/extension, the browser's side panel under its own names: what `kb extension` and the desk hand out; and, in
// dist/widget, the help widget for other sites.
import { cp, mkdir, readFile, rename, rm, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { compress } from "./compress.mjs";
import { smallFonts } from "./fonts.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const outdir = path.resolve(here, "../static/dist");
const extension = path.join(outdir, "extension");

const writeManifest = {
  name: "manifest",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      const manifest = {};
      const written = new Set(["manifest.json"]);
      for (const [output, meta] of Object.entries(result.metafile.outputs)) {
        const name = path.basename(output);
        written.add(path.relative(outdir, path.resolve(output)));
        // Fonts too, which no entry point is: pages ask for them ahead, and pictures are drawn with them.
        const isFont = name.endsWith(".woff2");
        if (isFont) manifest[name.replace(/-[A-Z0-9]{8}(?=\.)/, "")] = `fonts/${name}`;
        else if (meta.entryPoint) manifest[path.basename(meta.entryPoint)] = name;
        for (const file of await compress(path.resolve(output))) written.add(path.relative(outdir, file));
      }
      // A server that runs meanwhile must never read half a manifest: written beside it, then renamed over it.
      const target = path.join(outdir, "manifest.json");
      await writeFile(`${target}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
      await rename(`${target}.new`, target);
      for (const file of await readdir(outdir, { recursive: true, withFileTypes: true })) {
        const relative = path.relative(outdir, path.join(file.parentPath ?? file.path, file.name));
        if (["extension", "widget"].some((folder) => relative.startsWith(folder + path.sep))) continue;
        if (file.isFile() && !written.has(relative)) await rm(path.join(outdir, relative));
      }
    });
  },
};

await mkdir(outdir, { recursive: true });
const options = {
  entryPoints: ["css/app.css", "css/help_centre.css", "css/help_chat.css", "css/editor.css", "js/app.js", "js/article.js", "js/help_centre.js", "js/chat.js", "js/desk.js", "js/inbox.js", "js/panel.js", "js/editor.js", "js/passkeys.js", "js/proof.js", "img/favicon.svg"].map((file) => path.join(here, file)),
  outdir,
  outbase: here,
  entryNames: "[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  bundle: true,
  minify: true,
  sourcemap: false,
  metafile: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  loader: { ".woff2": "file", ".svg": "copy" },
  legalComments: "none",
  logLevel: "info",
  plugins: [smallFonts, writeManifest],
};

const source = path.join(here, "extension");
const copied = ["manifest.json", "panel.html", "panel.css", "icon-128.png", "_locales"];
const extensionOptions = {
  entryPoints: ["background.js", "panel.js", "page.js"].map((file) => path.join(source, file)),
  outdir: extension,
  bundle: true,
  format: "iife", // page.js is put into the same page again and again
  target: ["chrome116"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "info",
  plugins: [
    {
      name: "as-they-are",
      setup(build) {
        build.onEnd(async () => {
          for (const name of copied) await cp(path.join(source, name), path.join(extension, name), { recursive: true });
        });
      },
    },
  ],
};
// The help widget: one file, its styles within it, put into pages of other sites by a script tag of old.
const widgetOptions = {
  entryPoints: { widget: path.join(here, "widget/main.js") },
  outdir: path.join(outdir, "widget"),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "info",
  plugins: [
    {
      name: "styles-as-text",
      setup(build) {
        build.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
          const { code } = await esbuild.transform(await readFile(file, "utf8"), { loader: "css", minify: true, target: widgetOptions.target });
          return { contents: code, loader: "text", watchFiles: [file] };
        });
      },
    },
  ],
};
await rm(extension, { recursive: true, force: true });

if (process.argv.includes("--watch")) {
  for (const each of [options, extensionOptions, widgetOptions]) await (await esbuild.context(each)).watch();
} else {
  await esbuild.build(options);
  await esbuild.build(extensionOptions);
  await esbuild.build(widgetOptions);
}
