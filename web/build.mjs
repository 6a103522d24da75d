// Builds src/ into dist/ (or into the folder that is named): the same sources give the same bytes.
import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";

const folder = process.argv[2] ?? "dist";
const common = { bundle: true, minify: true, target: "es2019", charset: "ascii", legalComments: "none", logLevel: "warning" };

await mkdir(folder, { recursive: true });
await build({ ...common, entryPoints: ["src/loader.ts"], outfile: join(folder, "loader.js") });
await build({
  ...common,
  entryPoints: ["src/frame.tsx"],
  outfile: join(folder, "frame.js"),
  format: "iife",
  mainFields: ["module", "main"],
  jsx: "automatic",
  jsxImportSource: "preact",
});
await build({ ...common, target: ["chrome66", "safari12"], charset: "utf8", entryPoints: ["src/style/frame.css"], outfile: join(folder, "frame.css") });
await copyFile("node_modules/preact/LICENSE", join(folder, "preact.LICENSE.txt"));
