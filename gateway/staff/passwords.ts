/** A new password at the desk (D4): checked as a candidate's is, then hashed. */
import type { StaffId } from '../../engine/protocol/staff.ts';
import type { PasswordReason } from '../../web/desk/wording.ts';
import type { Reply, Request } from '../http.ts';
import { passwordProblem } from '../sign-in/passwords.ts';
import type { StaffContext } from './context.ts';
import { waitPage } from './page.ts';

export function newPasswordProblem({ form }: Request, staff: StaffId): PasswordReason | undefined {
  const own = { documentNumber: '', tickets: [], phoneMask: '' };
  const password = form.get('password');
  const problem = passwordProblem(password, form.get('again'), own);
  if (problem !== undefined) return problem;
  return password.normalize('NFKC').toLowerCase().includes(staff) ? 'personal' : undefined;
}

/** `from`: what the form is known by, so that a double click is one hash and one command. */
export async function hashPassword(
  context: StaffContext,
  request: Request,
  from: string,
): Promise<{ hash: string } | { reply: Reply }> {
  const { cookies, hashing } = context.gateway;
  const password = request.form.get('password');
  const salt = cookies.keyed('desk password salt', `${from}~${password}`);
  const hashed = await hashing.first.hash(password, salt.subarray(0, 16));
  switch (hashed.kind) {
    case 'hashed':
      return { hash: hashed.hash };
    case 'busy':
      return { reply: waitPage(context, request, 'busy', hashed.waitMs) };
    case 'failed':
      return { reply: waitPage(context, request, 'away') };
  }
}
