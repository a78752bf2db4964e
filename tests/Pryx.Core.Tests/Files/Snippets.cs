namespace Pryx.Core.Tests.Files;

/// <summary>Source as it is written in projects, in the indentation of each language.</summary>
internal static class Snippets
{
    public static IReadOnlyList<string> All { get; } =
    [
        """
        using System.Collections.Concurrent;

        namespace Shop.Orders;

        public sealed class OrderStore(IClock clock)
        {
            private readonly ConcurrentDictionary<Guid, Order> _orders = new();

            public Order Add(Customer customer, IReadOnlyList<OrderLine> lines)
            {
                if (lines.Count == 0)
                {
                    throw new ArgumentException("An order needs at least one line.");
                }

                var order = new Order(Guid.NewGuid(), customer.Id, clock.Now)
                {
                    Total = lines.Sum(line => line.Price * line.Quantity),
                };
                _orders[order.Id] = order;
                return order;
            }

            public bool TryCancel(Guid id)
            {
                while (_orders.TryGetValue(id, out var order))
                {
                    if (order.IsShipped)
                    {
                        return false;
                    }
                    if (_orders.TryUpdate(id, order with { IsCancelled = true }, order))
                    {
                        return true;
                    }
                }
                return false;
            }
        }
        """,
        """
        import json
        from pathlib import Path


        class Order:
            \"\"\"One order of a customer.\"\"\"

            def __init__(self, number, lines, discount=0):
                self.number = number
                self.lines = lines
                self.discount = discount

            def total(self):
                amount = 0
                for line in self.lines:
                    if line.quantity > 0:
                        amount += line.price * line.quantity

                if self.discount:
                    amount -= amount * self.discount / 100
                return round(amount, 2)


        def load_orders(folder):
            orders = []
            for path in sorted(Path(folder).glob("*.json")):
                with path.open(encoding="utf-8") as stream:
                    data = json.load(stream)
                try:
                    orders.append(Order(data["number"], data["lines"]))
                except KeyError as missing:
                    print(f"{path}: no {missing}")
                    continue
            return orders
        """.Replace("\\\"", "\"", StringComparison.Ordinal),
        """
        package orders

        import (
        	"context"
        	"errors"
        	"fmt"
        )

        var ErrEmpty = errors.New("order has no lines")

        type Order struct {
        	Number int
        	Lines  []Line
        }

        func (s *Store) Place(ctx context.Context, order Order) (int, error) {
        	if len(order.Lines) == 0 {
        		return 0, ErrEmpty
        	}

        	tx, err := s.db.BeginTx(ctx, nil)
        	if err != nil {
        		return 0, fmt.Errorf("begin: %w", err)
        	}
        	defer tx.Rollback()

        	for _, line := range order.Lines {
        		if _, err := tx.ExecContext(ctx, insertLine, order.Number, line.Item); err != nil {
        			return 0, fmt.Errorf("line %s: %w", line.Item, err)
        		}
        	}
        	return order.Number, tx.Commit()
        }
        """,
        """
        import { useEffect, useState } from "react";

        export interface Order {
          id: string;
          total: number;
        }

        export function OrderList({ customer }: { customer: string }) {
          const [orders, setOrders] = useState<Order[]>([]);
          const [error, setError] = useState<string | null>(null);

          useEffect(() => {
            const abort = new AbortController();
            fetch(`/api/orders?customer=${customer}`, { signal: abort.signal })
              .then((response) => response.json())
              .then((data) => {
                setOrders(data.items);
                setError(null);
              })
              .catch((reason) => setError(String(reason)));

            return () => abort.abort();
          }, [customer]);

          if (error) {
            return <p className="error">{error}</p>;
          }
          return (
            <ul>
              {orders.map((order) => (
                <li key={order.id}>{order.total}</li>
              ))}
            </ul>
          );
        }
        """,
        """
        CC := gcc
        ORDER_SOURCES := $(wildcard src/order/*.c)

        all: order-server order-client

        order-server: $(ORDER_SOURCES)
        	$(CC) -O2 -o $@ $^
        	strip $@

        order-test: order-server
        	./order-server --port 0 &
        	python3 tests/order_test.py
        	kill %1

        order-clean:
        	rm -f order-server order-client
        """,
        """
        name: order-service
        on:
          push:
            branches: [main]

        jobs:
          order-build:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - name: Build the order service
                run: |
                  make order-server
                  make order-test

          order-deploy:
            needs: order-build
            environment:
              name: production
              url: https://order.example.org
            steps:
              - name: Roll out order
                run: ./deploy.sh order
        """,
        """
        use std::collections::HashMap;

        pub struct OrderBook {
            orders: HashMap<u64, Order>,
            next: u64,
        }

        impl OrderBook {
            pub fn place(&mut self, lines: Vec<Line>) -> Result<u64, OrderError> {
                if lines.is_empty() {
                    return Err(OrderError::Empty);
                }

                let id = self.next;
                self.next += 1;
                let total = lines.iter().map(|line| line.price * line.count).sum();
                self.orders.insert(id, Order { id, lines, total });
                Ok(id)
            }

            pub fn cancel(&mut self, id: u64) -> Option<Order> {
                match self.orders.get(&id) {
                    Some(order) if order.shipped => None,
                    Some(_) => self.orders.remove(&id),
                    None => None,
                }
            }
        }
        """,
        """
        <section class="order">
          <h2>Your order</h2>
          <form action="/order" method="post">
            <label for="order-name">Name</label>
            <input id="order-name" name="name" required>

            <fieldset>
              <legend>Order delivery</legend>
              <input type="radio" name="order-way" value="post">
              <input type="radio" name="order-way" value="pickup">
            </fieldset>
            <button type="submit">Send order</button>
          </form>
        </section>
        """,
    ];
}
