import { execFileSync } from "node:child_process";
import process from "node:process";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { expect } from "chai";
import { serialRefusal } from "../../../robot/serial.ts";

describe("a port that cannot be opened", () => {
  for (const [what, said, sentence] of [
    ["absent on Linux", "Error: No such file or directory, cannot open /dev/ttyACM0", /no such port, .*onarm find-port/],
    ["absent on Windows", "Opening COM9: File not found", /no such port/],
    ["busy on Linux", "Error Resource temporarily unavailable Cannot lock port", /busy, .*end the other program/],
    ["busy on Windows", "Opening COM3: Access denied", /busy/],
    ["another user's", "Error: Permission denied, cannot open /dev/ttyACM0", /may not open the port, .*group .*dialout/],
    ["no port at all", "Error: Inappropriate ioctl for device setting custom baud rate of 115200", /not a serial port/],
  ] as const)
    it(`is explained when it is ${what}`, () => {
      const error = serialRefusal("/dev/ttyACM0", "the stop box", new Error(said));
      expect(error.code).to.equal("serial.refused");
      expect(error.message)
        .to.match(/^\/dev\/ttyACM0: .*the stop box/)
        .and.match(sentence);
    });
});

describe("who opens no port", () => {
  it("never loads the packages with the native part", () => {
    const modules = ["stopbox/stopBox", "grippers/robotiq2f", "findPorts"].map(
      (name) => pathToFileURL(path.resolve(`robot/${name}.ts`)).href,
    );
    const program = `
      import { createRequire } from "node:module";
      for (const it of ${JSON.stringify(modules)}) await import(it);
      const { cache } = createRequire(${JSON.stringify(modules[0])});
      const seen = () => Object.keys(cache).filter((file) => /node_modules.(@?serialport|modbus-serial)/.test(file)).length;
      const before = seen();
      await import("serialport");
      console.log(JSON.stringify([before, seen() > 0]));`;
    const out = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], { encoding: "utf8" });
    expect(JSON.parse(out)).to.deep.equal([0, true]);
  });
});
