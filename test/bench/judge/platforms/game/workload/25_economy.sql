SELECT reason, currency, sum(amount) FROM ledger WHERE amount > -140 GROUP BY reason, currency;
