/** The proof that a page asked for before it was shown: then on to that page. */
import { type Reply, redirect } from '../http.ts';
import type { Desk, DeskRoute, FormVisit } from './desk.ts';

/** Declared with `stepUp`, so that the guard has taken the code when this runs. */
export const goOn =
  (desk: Pick<Desk, 'routes'>) =>
  ({ request }: FormVisit): Reply => {
    const to = request.form.get('to');
    const [path] = to.split('?');
    const leads = (route: DeskRoute) => route.method === 'get' && route.path === path;
    const plain = /^[!-~]+$/.test(to);
    return redirect(plain && desk.routes.some(leads) ? to : '/desk');
  };
