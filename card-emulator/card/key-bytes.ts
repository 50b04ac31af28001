/** Of the AES scheme. */
export const AES_KEY_BYTES = 16;

/** Of the DES scheme; parity bits are not looked at. */
export const DES_KEY_BYTES = 8;
