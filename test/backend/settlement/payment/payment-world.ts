import { closeWindow } from '../../../../backend/settlement/close-window.ts';
import {
  type AccountOwner,
  registerBankAccount,
} from '../../../../backend/settlement/payment/bank-account-register.ts';
import {
  type OrderResult,
  orderPayments,
} from '../../../../backend/settlement/payment/order-payments.ts';
import {
  type ReconcileResult,
  reconcilePayments,
} from '../../../../backend/settlement/payment/reconcile-payments.ts';
import { Scenario } from '../../scenario.ts';
import { EXAMPLE_INSTRUCTION, EXAMPLE_ORDERS } from '../bank/instruction-example.ts';
import { type EntryExample, statementExample } from '../bank/statement-example.ts';
import { signByBoth } from '../signed-window.ts';

/**
 * Window 1 is closed: merchant 1001 has sold for 2,000 yen and gets 1,935, the carrier gets 10, and
 * merchant 1002 took 5,000 yen for loads, which it has to pay in.
 */
export class PaymentWorld {
  readonly scenario: Scenario;

  private constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  static async open(): Promise<PaymentWorld> {
    const scenario = await Scenario.open();
    await scenario.addMerchant(1002);
    const till = await scenario.terminal(2);
    const loader = await scenario.terminal(3, 'load', { merchantId: 1002 });
    const card = await scenario.card(1, 0);
    loader.write(card, 5_000);
    till.write(card, 2_000);
    await scenario.upload(loader, loader.close());
    await scenario.upload(till, till.close());
    await closeWindow(scenario.backend.settlement);
    return new PaymentWorld(scenario);
  }

  /** Signed, and everybody's account is known. */
  static async openSigned(): Promise<PaymentWorld> {
    const world = await PaymentWorld.open();
    await signByBoth(world.scenario.backend, 1);
    await world.registerAll();
    return world;
  }

  /** And the payments are ordered. */
  static async openOrdered(): Promise<PaymentWorld> {
    const world = await PaymentWorld.openSigned();
    await world.order();
    return world;
  }

  async register(owner: AccountOwner, account: unknown): Promise<string> {
    const { database } = this.scenario.backend;
    const done = await registerBankAccount(database, { owner, account }, this.scenario.clock);
    return done.result === 'refused' ? done.reason : done.result;
  }

  async registerAll(): Promise<void> {
    const [shop, carrier] = EXAMPLE_ORDERS.map(({ payee }) => payee);
    await this.register('issuer', EXAMPLE_INSTRUCTION.payer);
    await this.register('merchant:1001', shop);
    await this.register('carrier', carrier);
  }

  order(windowNumber = 1): Promise<OrderResult> {
    return orderPayments(this.scenario.backend.settlement, { windowNumber });
  }

  /** The bank books these entries, in a statement of its own. */
  tell(entries: readonly EntryExample[], statementId = 'S-20261125'): Promise<ReconcileResult> {
    const text = statementExample(entries).replace('S-20261125', statementId);
    return this.take(text);
  }

  take(text: string): Promise<ReconcileResult> {
    return reconcilePayments(this.scenario.backend.settlement, new TextEncoder().encode(text));
  }

  /** The accounts of the issuer that do not stand at zero. */
  async books(): Promise<Readonly<Record<string, unknown>>> {
    const rows = await this.scenario.backend.database.all(
      `SELECT account, sum(amount_yen) AS amount FROM entry
       GROUP BY account HAVING sum(amount_yen) <> 0`,
    );
    return Object.fromEntries(rows.map(({ account, amount }) => [String(account), amount]));
  }
}

/** The payment of that id is booked, whole. */
export function paidEntry(orderId: string, amount: number): EntryExample {
  return {
    amount: `${amount}`,
    reference: `B-${orderId}`,
    payments: [{ endToEndId: orderId }],
  };
}

/** And brought back. */
export function returnedEntry(orderId: string, amount: number, returnReason: string): EntryExample {
  return {
    amount: `${amount}`,
    direction: 'CRDT',
    reference: `R-${orderId}`,
    payments: [{ endToEndId: orderId, returnReason }],
  };
}
