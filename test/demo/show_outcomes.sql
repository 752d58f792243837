\pset border 1
\pset linestyle unicode
\pset footer off
\pset pager off
\pset null '-'
--? SELECT index, mean_before, mean_after, calls_after, predicted_gain, measured_gain, verdict
--?   FROM perfadvisor.advice_outcomes ORDER BY measured_gain DESC;
SELECT left(index::text, 33) AS index, round(mean_before::numeric, 2) AS "ms before", round(mean_after::numeric, 2) AS "ms after", calls_after AS calls,
       round(predicted_gain::numeric / 1000) AS "predicted", round(measured_gain::numeric / 1000) AS "measured", verdict
  FROM perfadvisor.advice_outcomes ORDER BY measured_gain DESC NULLS LAST;
