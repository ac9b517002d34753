import { Subject } from "rxjs";
import type { Observable } from "rxjs";
import type { SerialPort } from "serialport";
import { serialport, serialRefusal } from "./serial.ts";
import { endOnHangup } from "./serialHangup.ts";

/** One device on a Modbus RTU line. Requests are asked one after the other; each rejects when there is no answer in time, and none is repeated. */
export interface ModbusDevice {
  /** Input registers, 16 bits each. */
  read(address: number, count: number): Promise<readonly number[]>;
  write(address: number, values: readonly number[]): Promise<void>;
  /** Completes when the line is gone or closed. */
  readonly gone$: Observable<never>;
  close(): Promise<void>;
}

/** Opens a port for one device. `patienceMs`: for each answer. Throws "serial.refused". */
export async function openModbus(path: string, unit: number, what: string, patienceMs = 200): Promise<ModbusDevice> {
  await serialport(path, what);
  const { default: ModbusRTU } = (await import("modbus-serial")).default;
  const client = new ModbusRTU();
  client.on("error", () => {});
  const opening = client.connectRTUBuffered(path, { baudRate: 115_200 });
  // The library keeps its port to itself, but not from being unplugged.
  const port = (client as unknown as { readonly _port: { readonly _client: SerialPort } })._port._client;
  endOnHangup(port);
  await opening.catch((error: unknown) => {
    throw serialRefusal(path, what, error);
  });
  client.setID(unit);
  client.setTimeout(patienceMs);

  const gone$ = new Subject<never>();
  const ended = new Promise<void>((resolve) => port.once("close", () => resolve())).then(() => gone$.complete());
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const mine = last.then(ask);
    last = mine.catch(() => {});
    return mine;
  };
  return {
    read: (address, count) => inTurn(async () => (await client.readInputRegisters(address, count)).data),
    write: (address, values) => inTurn(async () => void (await client.writeRegisters(address, [...values]))),
    gone$,
    close: () => {
      if (port.isOpen) client.close(() => {});
      return ended;
    },
  };
}
