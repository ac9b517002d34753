import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { addressed, pageFiles } from "../../../src/operator/files.ts";
import { importsOf } from "../house/edges.ts";

const files = pageFiles();
/** All but three's own build, which is large and imports one file of its own. */
const scripts = Object.entries(files).filter(([name]) => /(?<!\.min)\.js$/.test(name));

describe("what the page is made of", () => {
  it("is at most 500 kB on the wire, 3D included", () => {
    const packed = Object.values(files).reduce((sum, { gzip }) => sum + gzip!.length, 0);
    expect(packed).to.be.below(500_000);
  });

  it("unpacks to what it was", () => {
    for (const [name, { body, gzip }] of Object.entries(files)) expect(gunzipSync(gzip!).equals(body), name).to.equal(true);
  });

  it("imports nothing that this server does not have", () => {
    const missing = scripts.flatMap(([name, { body }]) =>
      importsOf({ path: name, text: body.toString() })
        .filter((imported) => !(imported?.startsWith("./") && imported.slice(1) in files))
        .map((imported) => `${name}: ${imported}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("names every file of the page's folder as the page does, and three's by addresses beside them", () => {
    expect(Object.keys(files)).to.include.members(["/", "/page.js", "/page.css", "/scene3d.js", "/three.module.min.js"]);
    expect(files["/"]!.type).to.equal("text/html; charset=utf-8");
    expect(files["/scene3d.js"]!.body.toString()).to.include('from "./three.module.min.js"');
  });

  it("refuses a part of three that it does not serve, rather than hand out a page that cannot start", () => {
    expect(() => addressed('import { X } from "three/addons/loaders/X.js";')).to.throw("three/addons/loaders/X.js");
    expect(addressed('import { Y } from "three";')).to.equal('import { Y } from "./three.module.min.js";');
    expect(addressed('import { z } from "./threes.js";')).to.equal('import { z } from "./threes.js";');
  });
});
