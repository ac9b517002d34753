import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { portsOf } from "../../../robot/findPorts.ts";

describe("the ports of a machine without udev", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "onarm-sys-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const put = (file: string, text = "") => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const port = (name: string, device: string, type?: string) => {
    put(`dev/${name}`);
    mkdirSync(path.join(root, "tty", name), { recursive: true });
    mkdirSync(path.join(root, device), { recursive: true });
    symlinkSync(path.join(root, device), path.join(root, "tty", name, "device"));
    if (type !== undefined) put(`tty/${name}/type`, `${type}\n`);
  };
  before(() => {
    put("usb/1-1/idVendor", "2341\n");
    put("usb/1-1/idProduct", "0043\n");
    put("usb/1-1/manufacturer", "Arduino\n");
    port("ttyACM0", "usb/1-1/1-1:1.0");
    port("ttyS0", "platform/serial0", "4");
    port("ttyS1", "platform/serial1", "0");
    mkdirSync(path.join(root, "tty/tty1"));
    port("ttyUSB9", "usb/1-2/1-2:1.0/ttyUSB9");
    rmSync(path.join(root, "dev/ttyUSB9"));
  });

  it("are those with a device behind them and a file to open, with what USB tells of it", () =>
    expect(portsOf(path.join(root, "tty"), path.join(root, "dev"))).to.deep.equal([
      { path: path.join(root, "dev/ttyACM0"), manufacturer: "Arduino", vendorId: "2341", productId: "0043" },
      { path: path.join(root, "dev/ttyS0") },
    ]));
  it("are none where the kernel tells of none", () => expect(portsOf(path.join(root, "nowhere"))).to.deep.equal([]));
});
