import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Something to fetch. `gzip`: the same, packed, for whoever can unpack it. */
export interface Served {
  readonly type: string;
  readonly body: Buffer;
  readonly gzip?: Buffer;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  json: "application/json",
};

/** Names by which the page imports three, and where this server has them: a browser knows no node_modules. */
const three: Readonly<Record<string, string>> = {
  three: "three.module.min.js",
  "three/addons/controls/OrbitControls.js": "OrbitControls.js",
};
/** three's build, whose first file imports the second by this very name, and its orbit controls. */
const library = ["build/three.module.min.js", "build/three.core.min.js", "examples/jsm/controls/OrbitControls.js"];

const bare = /(?<=\bfrom\s*)(["'])(three(?:\/[^"']*)?)\1/g;
/** A script whose imports of three a browser can follow. Throws for a name of three's that is not served. */
export const addressed = (source: string) =>
  source.replace(bare, (_, quote: string, name: string) => {
    if (!Object.hasOwn(three, name)) throw new Error(`the page imports ${name}, which is not served`);
    return `${quote}./${three[name]}${quote}`;
  });

/** Text of a kind that is known by the end of its name. */
export function served(name: string, text: string): Served {
  const body = Buffer.from(text);
  return { type: `${types[name.split(".").at(-1)!]}; charset=utf-8`, body, gzip: gzipSync(body, { level: 9 }) };
}

function read(): Readonly<Record<string, Served>> {
  const own = new URL("./page/", import.meta.url);
  const root = new URL("../", import.meta.resolve("three"));
  const found: [string, URL][] = [
    ...readdirSync(own)
      .filter((name) => /\.(html|css|js)$/.test(name))
      .map((name): [string, URL] => [name, new URL(name, own)]),
    ...library.map((file): [string, URL] => [file.split("/").at(-1)!, new URL(file, root)]),
  ];
  return Object.fromEntries(
    found.map(([name, file]) => {
      const text = readFileSync(file, "utf8");
      return [name === "index.html" ? "/" : `/${name}`, served(name, name.endsWith(".js") ? addressed(text) : text)];
    }),
  );
}

let files: Readonly<Record<string, Served>> | undefined;
/** The page's own files and three, by their addresses: read, rewritten and packed once a process. */
export const pageFiles = (): Readonly<Record<string, Served>> => (files ??= read());
