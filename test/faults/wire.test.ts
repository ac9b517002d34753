import { proveWire } from "../support/drill.ts";

proveWire();
