/** Which office a page names when it cannot help by itself. */
import type { TicketNumber } from '../../engine/protocol/ids.ts';
import type { ExamArea, Office } from '../../engine/protocol/session.ts';
import type { Session } from '../catalogue.ts';

/**
 * Before sign-in: by the region the typed number begins with, never by what is on record, which
 * would tell whether anything is (D2).
 */
export function officeNear(session: Session, documentNumber: string): Office | undefined {
  const county = documentNumber.slice(0, 6);
  const city = `${documentNumber.slice(0, 4)}00`;
  const { areas } = session.adopted.catalogue;
  const near: ExamArea | undefined =
    areas.find((area) => area.county === county) ?? areas.find((area) => area.city === city);
  return (near ?? areas[0])?.office;
}

/** A ticket number begins with the area where it was issued. */
export function officeOfTicket(session: Session, ticket: TicketNumber): Office | undefined {
  return (session.area.get(ticket.slice(0, 4)) ?? session.adopted.catalogue.areas[0])?.office;
}
