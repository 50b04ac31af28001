/** The card's next record brings the certificate that this write must have made. */
const IS_PROVEN = `
    EXISTS (
      SELECT 1 FROM record AS next INDEXED BY record_certified
      WHERE next.idm = record.idm AND next.card_counter = record.card_counter + 1
        AND next.has_certificate = 1 AND next.certificate_before = record.purse_write) OR EXISTS (
      SELECT 1 FROM record AS next INDEXED BY record_uncertified
      WHERE next.idm = record.idm AND next.card_counter = record.card_counter + 1
        AND next.has_certificate = 0 AND next.certificate_before = record.purse_write)`;

const IS_CERTIFIED_ELSEWHERE = `
    EXISTS (
      SELECT 1 FROM record AS certified INDEXED BY record_certified
      WHERE certified.idm = record.idm AND certified.card_counter = record.card_counter
        AND certified.has_certificate = 1)`;

const saleOfVoid = (index: string, hasCertificate: 0 | 1): string => `
    EXISTS (
      SELECT 1 FROM record AS sale INDEXED BY ${index}
      CROSS JOIN batch AS sale_batch ON sale_batch.id = sale.batch_id
      WHERE sale.idm = record.idm AND sale.card_counter = record.card_counter - 1
        AND sale.has_certificate = ${hasCertificate} AND sale.kind = 2
        AND sale.amount_yen >= record.amount_yen
        AND sale.balance_after_yen = record.balance_before_yen
        AND sale_batch.merchant_id = batch.merchant_id)`;

/** It is no void, or its sale is known, by the rules of voided-sale.ts. */
const HAS_SALE = `
    (record.kind <> 3 OR ${saleOfVoid('record_certified', 1)} OR (NOT EXISTS (
      SELECT 1 FROM record AS certified INDEXED BY record_certified
      WHERE certified.idm = record.idm AND certified.card_counter = record.card_counter - 1
        AND certified.has_certificate = 1) AND ${saleOfVoid('record_uncertified', 0)}))`;

const COLUMNS = `
SELECT record.id AS record_id, record.idm AS idm, record.card_counter AS card_counter,
  record.kind AS kind, record.amount_yen AS amount_yen, record.is_held AS is_held,
  batch.merchant_id AS merchant_id, record.sam_id AS sam_id, record.sam_number AS sam_number`;

const IS_OPEN = 'NOT EXISTS (SELECT 1 FROM resolution WHERE record_id = record.id)';

/**
 * Held records for which there is evidence now.
 *
 * - Another report of the same purse write has a certificate: that one counts, this one is reversed.
 * - With a certificate, held for a gap: the missing SAM number has come.
 * - A void, held because its sale was not known: the sale has come.
 * - Without one, the card's next record brings it: the certificate that lay on the card before that
 *   write is the one that this write must have made. Its own terminal is in what it certifies.
 *
 * Nothing else that its neighbors say releases a record without a certificate: counters and balances
 * prove that the card was written, not by whom, and any terminal can read in the card's log what
 * another one sold. It stays in suspense until the certificate comes, or a person decides.
 */
export const RESOLVABLE_STATEMENT: string = `
SELECT * FROM (${COLUMNS},
  CASE
    WHEN record.has_certificate = 0 AND ${IS_CERTIFIED_ELSEWHERE} THEN 'superseded'
    WHEN record.sam_number > 1 AND NOT EXISTS (
      SELECT 1 FROM batch AS covering WHERE covering.sam_id = record.sam_id
        AND covering.first_sam_number <= record.sam_number - 1
        AND covering.last_sam_number >= record.sam_number - 1) THEN NULL
    WHEN NOT ${HAS_SALE} THEN NULL
    WHEN record.has_certificate = 1 THEN 'released'
    WHEN ${IS_PROVEN} THEN 'released'
  END AS outcome
FROM record INDEXED BY record_held CROSS JOIN batch ON batch.id = record.batch_id
WHERE record.is_held = 1 AND ${IS_OPEN}) AS judged
WHERE outcome IS NOT NULL ORDER BY record_id`;

/**
 * Interrupted records for which there is evidence now, of which only the card's own counts.
 *
 * - The write was reported after all, or the card certified another one with its counter: this is
 *   over, and the other report counts.
 * - The card's next record brings the certificate that this write must have made: it was done.
 * - The card certified in its next write that it had another balance before: it was not done.
 */
export const INTERRUPTED_STATEMENT: string = `
SELECT * FROM (${COLUMNS},
  CASE
    WHEN ${IS_CERTIFIED_ELSEWHERE} OR EXISTS (
      SELECT 1 FROM record AS reported INDEXED BY record_uncertified
      WHERE reported.idm = record.idm AND reported.card_counter = record.card_counter
        AND reported.has_certificate = 0 AND reported.purse_write = record.purse_write
        AND reported.is_held = 1) THEN 'superseded'
    WHEN (${IS_PROVEN}) AND ${HAS_SALE} THEN 'released'
    WHEN EXISTS (
      SELECT 1 FROM record AS next INDEXED BY record_certified
      WHERE next.idm = record.idm AND next.card_counter = record.card_counter + 1
        AND next.has_certificate = 1 AND next.balance_before_yen <> record.balance_after_yen)
      THEN 'contradicted'
  END AS outcome
FROM record INDEXED BY record_interrupted CROSS JOIN batch ON batch.id = record.batch_id
WHERE record.is_held = 2 AND ${IS_OPEN}) AS judged
WHERE outcome IS NOT NULL ORDER BY record_id`;
