import { EmulatedReader } from '../../terminal/reader/emulated-reader.ts';
import { issuedCard } from '../scheme.ts';
import { type ReaderSubject, readerContract } from './reader-contract.ts';

readerContract('emulated reader', () => {
  const reader = new EmulatedReader();
  const card = issuedCard(1);
  const subject: ReaderSubject = {
    reader,
    cardIdm: card.idm,
    frameBytesMax: 255,
    present: () => reader.present(card),
    remove: () => reader.remove(),
  };
  return Promise.resolve(subject);
});
