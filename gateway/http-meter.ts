/**
 * How many requests were answered, how, and how fast, by route. Routes are the gateway's own table, so
 * their number is bounded; whatever is in no table is one route.
 */
import { DurationCounts } from '../engine/protocol/durations.ts';
import {
  counter,
  type Family,
  histogram,
  type Labels,
  sample,
} from '../engine/protocol/metrics.ts';

export type HttpMeter = {
  answered(route: string, method: string, status: number, ms: number): void;
  families(): Family[];
};

const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
type Route = { labels: Labels; counts: number[]; durations: DurationCounts };

export function createHttpMeter(): HttpMeter {
  const byMethod = new Map<string, Map<string, Route>>();

  function routeOf(path: string, method: string): Route {
    let routes = byMethod.get(method);
    if (routes === undefined) {
      routes = new Map();
      byMethod.set(method, routes);
    }
    let route = routes.get(path);
    if (route === undefined) {
      const labels = { route: path, method };
      route = { labels, counts: classes.map(() => 0), durations: new DurationCounts() };
      routes.set(path, route);
    }
    return route;
  }

  return {
    answered(path, method, status, ms) {
      const { counts, durations } = routeOf(path, method);
      const place = Math.floor(status / 100) - 1;
      counts[place] = (counts[place] ?? 0) + 1;
      durations.add(ms);
    },
    families() {
      const routes = [...byMethod.values()].flatMap((each) => [...each.values()]);
      return [
        counter(
          'ruxi_http_requests_total',
          'Requests answered, by route and class of status.',
          routes.flatMap(({ labels, counts }) =>
            classes
              .map((status, place) => sample(counts[place] ?? 0, { ...labels, status }))
              .filter(({ value }) => value > 0),
          ),
        ),
        histogram(
          'ruxi_http_request_duration_seconds',
          'From the whole request to its answer.',
          routes.map(({ labels, durations }) => ({ labels, durations: durations.sums() })),
        ),
      ];
    },
  };
}
