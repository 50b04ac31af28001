import { CommandError } from './command-error.ts';

/** Where `kazasu card serve --page` is found unless another port was chosen. */
export const PAGE_PORT = 4_980;
export const PAGE_URL: string = `http://127.0.0.1:${PAGE_PORT}`;

export type RemoteOrder = 'tap' | 'remove' | 'block' | 'unblock';

/** Gives an order to a card that is being served, and its state afterwards. */
export async function orderCard(order: RemoteOrder, url: string): Promise<unknown> {
  if (!URL.canParse(url)) throw new CommandError(`--at: expected an address such as ${PAGE_URL}`);
  const address = new URL(`/${order}`, url);
  const response = await fetch(address, { method: 'POST' }).catch(() => undefined);
  if (response === undefined) {
    throw new CommandError(
      `no card is served at ${url}: start one with "kazasu card serve <image.json> --page"`,
    );
  }
  if (!response.ok) {
    throw new CommandError(`the card at ${url} refused ${order}: status ${response.status}`);
  }
  return response.json();
}
