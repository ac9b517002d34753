import "./node-version.mjs";
import process from "node:process";
import { install } from "./install.mjs";

await install({ dev: false });
process.argv.splice(2, 0, "demo");
await import("./onarm.mjs");
