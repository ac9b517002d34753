import { proveWire } from "../support/drill.ts";

proveWire("intera-ros1");
proveWire("intera-ros2");
