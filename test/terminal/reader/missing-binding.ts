/** Makes Node behave as if no binding had been installed, for a process started with it. */
export function environmentWithoutBinding(): Readonly<Record<string, string>> {
  const resolve =
    'export async function resolve(name, context, next) {' +
    ' if (["nfc-pcsc", "smartcard"].includes(name)) throw new Error(name + " is not installed");' +
    ' return next(name, context); }';
  const register =
    'import { register } from "node:module";' +
    ` register("data:text/javascript,${encodeURIComponent(resolve)}");`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(register)}` };
}
