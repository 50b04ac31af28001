/** The part of des.js 1.1 that is used here. The package ships no types. */
declare module 'des.js' {
  /** Single DES. The parity bits of the key are not looked at. */
  export const DES: {
    create(options: {
      readonly type: 'encrypt' | 'decrypt';
      /** 8 bytes. */
      readonly key: Uint8Array;
      /** `false`: whole blocks in, whole blocks out. */
      readonly padding: false;
    }): { update(data: Uint8Array): readonly number[] };
  };
}
