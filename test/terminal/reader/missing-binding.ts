/** Makes Node behave as if nfc-pcsc had not been installed, for a process started with it. */
export function environmentWithoutBinding(): Readonly<Record<string, string>> {
  const resolve =
    'export async function resolve(name, context, next) {' +
    ' if (name === "nfc-pcsc") throw new Error("nfc-pcsc is not installed");' +
    ' return next(name, context); }';
  const register =
    'import { register } from "node:module";' +
    ` register("data:text/javascript,${encodeURIComponent(resolve)}");`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(register)}` };
}
