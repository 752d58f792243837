-- name: c001_patient
SELECT * FROM patient WHERE patient_id = 4711;
-- name: c002_patient_by_mail
SELECT patient_id, first_name, last_name, born FROM patient WHERE email = 'p70120@mail1.example';
-- name: c003_patient_by_name_and_birth
SELECT patient_id, phone, email FROM patient WHERE last_name = 'last 9' AND first_name = 'first 1947';
-- name: c004_stay_of_patient
SELECT a.admission_id, a.admitted_at, a.discharged_at, w.name, d.name FROM admission a JOIN ward w USING (ward_id) JOIN doctor d ON d.doctor_id = a.doctor_id WHERE a.patient_id = 812 ORDER BY a.admitted_at DESC LIMIT 20;
-- name: c005_results_of_stay
SELECT t.name, t.unit, r.taken_at, r.value, r.flag FROM lab_result r JOIN lab_test t USING (test_id) WHERE r.admission_id = 250118 ORDER BY r.taken_at, t.name;
-- name: c006_vitals_of_stay
SELECT v.*, n.name FROM vital v JOIN nurse n USING (nurse_id) WHERE v.admission_id = 311408 ORDER BY v.measured_at;
-- name: c007_invoices_of_patient
SELECT i.invoice_id, i.issued_on, i.total, i.state, s.name FROM invoice i LEFT JOIN insurer s USING (insurer_id) WHERE i.patient_id = 2301 ORDER BY i.issued_on DESC;
-- name: c008_valid_policy
SELECT p.policy_id, p.plan, s.name FROM policy p JOIN insurer s USING (insurer_id) WHERE p.patient_id = 60441 AND p.valid_from <= date '2024-05-01' AND (p.valid_to IS NULL OR p.valid_to >= date '2024-05-01');
-- name: c009_next_appointments
SELECT at, patient_id, channel FROM appointment WHERE doctor_id = 2017 AND state = 'open' AND at >= timestamp '2024-12-30' ORDER BY at LIMIT 10;
-- name: c010_pay_invoice
UPDATE invoice SET state = 'paid', paid_on = date '2024-12-30' WHERE invoice_id = 401233;
-- name: c011_cancel_appointment
UPDATE appointment SET state = 'cancelled' WHERE patient_id = 9127 AND at >= timestamp '2024-12-30' AND state IN ('open', 'cancelled');
-- name: c012_discharge
UPDATE admission SET state = 'discharged', discharged_at = timestamp '2024-12-31 12:00' WHERE admission_id = 399200;
-- name: c013_validate_results
UPDATE lab_result SET validated_by = 161 WHERE admission_id = 398811 AND validated_by IS NULL;
-- name: c014_refill
UPDATE prescription SET filled_on = issued_on + 3 WHERE patient_id = 279 AND filled_on IS NULL AND issued_on >= date '2024-06-01';
-- name: c015_drug_by_name
SELECT drug_id, name, form, price FROM drug WHERE name LIKE 'drug 3fa%' ORDER BY name LIMIT 20;
-- name: c016_codes_by_prefix
SELECT c.code, c.title, count(*) FROM diagnosis_code c JOIN diagnosis d USING (code) WHERE c.code LIKE 'J0%' GROUP BY c.code, c.title ORDER BY count(*) DESC;
-- name: c017_stays_by_ward_and_month
SELECT date_trunc('month', a.admitted_at) AS m, count(*), avg(a.discharged_at - a.admitted_at) FROM admission a WHERE a.ward_id = 317 AND a.admitted_at >= timestamp '2023-01-01' GROUP BY 1 ORDER BY 1;
-- name: c018_length_of_stay_by_specialty
SELECT s.name, count(*), avg(extract(epoch FROM a.discharged_at - a.admitted_at)) / 86400 AS days FROM admission a JOIN ward w USING (ward_id) JOIN specialty s USING (specialty_id)
WHERE a.admitted_at >= timestamp '2024-01-01' AND a.discharged_at IS NOT NULL GROUP BY s.name ORDER BY days DESC;
-- name: c019_readmissions
SELECT s.name, count(*) FROM admission a JOIN admission b ON b.patient_id = a.patient_id AND b.admitted_at > a.discharged_at AND b.admitted_at < a.discharged_at + interval '30 days' JOIN ward w ON w.ward_id = a.ward_id JOIN specialty s USING (specialty_id)
WHERE a.discharged_at >= timestamp '2024-03-01' AND a.discharged_at < timestamp '2024-05-01' AND b.urgency = 'emergency' GROUP BY s.name ORDER BY 2 DESC;
-- name: c020_deaths_by_site
SELECT t.name, t.kind, count(*) FILTER (WHERE a.state = 'dead') AS died, count(*) AS n FROM admission a JOIN ward w USING (ward_id) JOIN site t USING (site_id) WHERE a.admitted_at BETWEEN timestamp '2022-01-01' AND timestamp '2022-12-31' GROUP BY t.name, t.kind ORDER BY died DESC LIMIT 20;
-- name: c021_who_is_in
SELECT w.name, w.beds, count(*) FROM admission a JOIN ward w USING (ward_id) WHERE a.discharged_at IS NULL GROUP BY w.ward_id, w.name, w.beds ORDER BY count(*)::float / w.beds DESC LIMIT 30;
-- name: c022_occupied_on_a_day
SELECT t.site_id, t.beds, count(*) FROM site t JOIN ward w USING (site_id) JOIN admission a USING (ward_id) WHERE a.admitted_at < timestamp '2023-02-14' AND a.discharged_at > timestamp '2023-02-14' AND a.admitted_at > timestamp '2023-01-05' GROUP BY t.site_id, t.beds ORDER BY 1;
-- name: c023_common_diagnoses
SELECT d.code, c.title, count(*) AS n FROM diagnosis d JOIN diagnosis_code c USING (code) WHERE d.made_on >= date '2024-10-01' AND d.rank = 1 GROUP BY d.code, c.title ORDER BY n DESC LIMIT 25;
-- name: c024_chronic_by_city
SELECT k.name, count(DISTINCT p.patient_id) FROM diagnosis d JOIN diagnosis_code c USING (code) JOIN admission a USING (admission_id) JOIN patient p USING (patient_id) JOIN city k USING (city_id) WHERE c.chronic AND c.chapter = 'H' AND a.admitted_at >= timestamp '2023-07-01' GROUP BY k.name ORDER BY 2 DESC LIMIT 20;
-- name: c025_together_with
SELECT b.code, count(*) FROM diagnosis a JOIN diagnosis b ON b.admission_id = a.admission_id AND b.code <> a.code WHERE a.code = 'O02.0' GROUP BY b.code ORDER BY 2 DESC LIMIT 20;
-- name: c026_uncertain
SELECT s.name, d.rank, count(*) FROM diagnosis d JOIN admission a USING (admission_id) JOIN ward w USING (ward_id) JOIN specialty s USING (specialty_id) WHERE NOT d.certain AND d.code LIKE 'C1%' GROUP BY GROUPING SETS ((s.name, d.rank), (s.name)) ORDER BY 1, 2;
-- name: c027_stays_without_diagnosis_of_chapter
SELECT w.ward_id, count(*) FROM admission a JOIN ward w USING (ward_id) JOIN specialty s USING (specialty_id) WHERE a.admitted_at >= timestamp '2024-09-01' AND s.surgical
  AND NOT EXISTS (SELECT FROM diagnosis d JOIN diagnosis_code c USING (code) WHERE d.admission_id = a.admission_id AND c.chapter = s.chapter) GROUP BY w.ward_id ORDER BY 2 DESC LIMIT 50;
-- name: c028_rare_codes
SELECT c.code, c.title FROM diagnosis_code c WHERE c.chapter IN ('X', 'Y', 'Z') AND NOT EXISTS (SELECT FROM diagnosis d WHERE d.code = c.code AND d.made_on >= date '2024-12-20') ORDER BY c.code;
-- name: c029_complications
SELECT p.code, c.title, count(*), count(p.complication) FROM performed p JOIN procedure_code c USING (code) WHERE p.started_at >= timestamp '2023-01-01' GROUP BY p.code, c.title HAVING count(p.complication) > 0.05 * count(*) AND count(*) > 20 ORDER BY 4 DESC LIMIT 50;
-- name: c030_bleedings_of_doctors
SELECT d.name, d.grade, count(*) FROM performed p JOIN doctor d USING (doctor_id) WHERE p.complication = 'bleeding' AND p.started_at >= timestamp '2021-01-01' GROUP BY d.doctor_id, d.name, d.grade ORDER BY 3 DESC LIMIT 10;
-- name: c031_longer_than_planned
SELECT c.category, avg(p.minutes - c.minutes), count(*) FROM performed p JOIN procedure_code c USING (code) WHERE c.category IN ('category 4', 'category 9', 'category 21') AND p.minutes > c.minutes * 1.3 GROUP BY c.category;
-- name: c032_endoscopies_of_elderly
SELECT extract(year FROM p.started_at) AS y, count(*) FROM performed p JOIN procedure_code c USING (code) JOIN admission a USING (admission_id) JOIN patient k USING (patient_id) WHERE c.title LIKE 'endoscopy%' AND c.minutes > 120 AND k.born < date '1940-01-01' GROUP BY 1 ORDER BY 1;
-- name: c033_operations_per_day
SELECT w.site_id, p.started_at::date AS day, sum(p.minutes) FROM performed p JOIN admission a USING (admission_id) JOIN ward w USING (ward_id) WHERE w.site_id IN (2, 3) AND p.started_at >= timestamp '2024-06-01' AND p.started_at < timestamp '2024-07-01' GROUP BY 1, 2 ORDER BY 1, 2;
-- name: c034_last_operation
SELECT DISTINCT ON (a.patient_id) a.patient_id, p.code, p.started_at FROM admission a JOIN performed p USING (admission_id) WHERE a.ward_id BETWEEN 40 AND 44 AND p.started_at >= timestamp '2022-01-01' ORDER BY a.patient_id, p.started_at DESC;
-- name: c035_repeated_operations
WITH o AS (SELECT a.patient_id, p.code, count(*) AS n, min(p.started_at) AS first, max(p.started_at) AS last FROM performed p JOIN admission a USING (admission_id) WHERE p.code >= 'P0400' AND p.code < 'P0450' GROUP BY a.patient_id, p.code)
SELECT o.code, count(*), avg(o.last - o.first) FROM o WHERE o.n > 1 GROUP BY o.code ORDER BY 2 DESC;
-- name: c036_doctors_workload
SELECT d.doctor_id, d.name, (SELECT count(*) FROM appointment x WHERE x.doctor_id = d.doctor_id AND x.at >= timestamp '2024-11-01' AND x.at < timestamp '2024-12-01') AS appointments, (SELECT count(*) FROM admission a WHERE a.doctor_id = d.doctor_id AND a.admitted_at >= timestamp '2024-11-01' AND a.admitted_at < timestamp '2024-12-01') AS stays
FROM doctor d WHERE d.site_id = 7 AND d.specialty_id = 12 AND d.left_on IS NULL ORDER BY 3 DESC;
-- name: c037_missed_by_channel
SELECT channel, extract(year FROM at) AS y, count(*) FILTER (WHERE state = 'missed')::float / count(*) FROM appointment WHERE at < timestamp '2024-12-30' GROUP BY ROLLUP (channel, extract(year FROM at)) ORDER BY 1, 2;
-- name: c038_often_missed
SELECT p.patient_id, p.last_name, p.phone, count(*) FROM appointment x JOIN patient p USING (patient_id) WHERE x.state = 'missed' AND x.at >= timestamp '2024-01-01' GROUP BY p.patient_id, p.last_name, p.phone HAVING count(*) >= 3 ORDER BY 4 DESC, 1 LIMIT 100;
-- name: c039_waiting_time
SELECT s.name, avg(x.at::date - x.made_on) AS days FROM appointment x JOIN doctor d USING (doctor_id) JOIN specialty s USING (specialty_id) WHERE x.at >= timestamp '2024-10-01' AND x.state = 'held' GROUP BY s.name ORDER BY days DESC;
-- name: c040_notes
SELECT x.appointment_id, x.at, x.note FROM appointment x WHERE x.note LIKE 'note a7c%' ORDER BY x.at DESC LIMIT 50;
-- name: c041_seen_by_family_doctor
SELECT d.doctor_id, d.name, count(DISTINCT p.patient_id) FROM patient p JOIN doctor d ON d.doctor_id = p.family_doctor_id JOIN appointment x ON x.patient_id = p.patient_id AND x.doctor_id = p.family_doctor_id WHERE x.state = 'held' AND x.at >= timestamp '2024-01-01' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10;
-- name: c042_without_appointment
SELECT p.patient_id, p.last_name FROM patient p JOIN city k USING (city_id) WHERE k.name = 'city 44' AND p.died_on IS NULL AND p.born < date '1950-01-01' AND NOT EXISTS (SELECT FROM appointment x WHERE x.patient_id = p.patient_id AND x.at >= timestamp '2023-01-01') ORDER BY p.born;
-- name: c043_busy_days
SELECT day, n, rank() OVER (ORDER BY n DESC), n - lag(n) OVER (ORDER BY day) FROM (SELECT at::date AS day, count(*) AS n FROM appointment WHERE doctor_id IN (11, 12, 13, 14, 15) AND state <> 'cancelled' GROUP BY 1) AS x ORDER BY 3 LIMIT 40;
-- name: c044_first_and_last_visit
SELECT p.patient_id, f.at AS first, l.at AS last FROM patient p, LATERAL (SELECT at FROM appointment x WHERE x.patient_id = p.patient_id ORDER BY at LIMIT 1) AS f, LATERAL (SELECT at FROM appointment x WHERE x.patient_id = p.patient_id ORDER BY at DESC LIMIT 1) AS l
WHERE p.city_id = 210 AND p.registered >= timestamp '2017-06-01';
-- name: c045_abnormal_results
SELECT t.panel, t.name, count(*) FILTER (WHERE r.flag = 'H') AS high, count(*) FILTER (WHERE r.flag = 'L') AS low FROM lab_result r JOIN lab_test t USING (test_id) WHERE r.taken_at >= timestamp '2024-12-01' AND r.flag IS NOT NULL GROUP BY ROLLUP (t.panel, t.name) ORDER BY 1, 2;
-- name: c046_not_validated
SELECT t.panel, count(*), min(r.taken_at) FROM lab_result r JOIN lab_test t USING (test_id) WHERE r.validated_by IS NULL AND r.taken_at >= timestamp '2024-11-15' GROUP BY t.panel ORDER BY 2 DESC;
-- name: c047_low_of_test
SELECT a.patient_id, r.taken_at, r.value FROM lab_result r JOIN admission a USING (admission_id) WHERE r.test_id = 17 AND r.flag = 'L' AND r.taken_at >= timestamp '2024-06-01' ORDER BY r.value LIMIT 50;
-- name: c048_change_of_value
SELECT patient_id, taken_at, value, value - lag(value) OVER w AS change FROM (SELECT a.patient_id, r.taken_at, r.value FROM lab_result r JOIN admission a USING (admission_id) WHERE r.test_id = 25 AND a.patient_id BETWEEN 1 AND 400) AS x WINDOW w AS (PARTITION BY patient_id ORDER BY taken_at) ORDER BY 1, 2;
-- name: c049_this_month_and_the_last
SELECT t.name, (SELECT avg(r.value) FROM lab_result r WHERE r.test_id = t.test_id AND r.taken_at >= timestamp '2024-11-01' AND r.taken_at < timestamp '2024-12-01') AS last, (SELECT avg(r.value) FROM lab_result r WHERE r.test_id = t.test_id AND r.taken_at >= timestamp '2024-12-01') AS this
FROM lab_test t WHERE t.panel = 'panel 3' ORDER BY t.name;
-- name: c050_tests_of_specialty
SELECT s.name, t.panel, count(*), rank() OVER (PARTITION BY s.name ORDER BY count(*) DESC) FROM lab_result r JOIN lab_test t USING (test_id) JOIN admission a USING (admission_id) JOIN ward w USING (ward_id) JOIN specialty s USING (specialty_id) WHERE r.taken_at >= timestamp '2024-10-01' AND r.taken_at < timestamp '2024-11-01' GROUP BY s.name, t.panel ORDER BY 1, 4;
-- name: c051_validated_by_site
SELECT t.name, count(*) FROM lab_result r JOIN doctor d ON d.doctor_id = r.validated_by JOIN site t USING (site_id) WHERE r.taken_at >= timestamp '2024-12-15' AND d.grade = 'consultant' GROUP BY t.name;
-- name: c052_results_without_diagnosis
SELECT count(DISTINCT r.admission_id) FROM lab_result r WHERE r.test_id IN (3, 4, 5) AND r.flag = 'H' AND NOT EXISTS (SELECT FROM diagnosis d WHERE d.admission_id = r.admission_id AND d.code LIKE 'H%');
-- name: c053_fever
SELECT w.ward_id, count(*), max(v.temperature) FROM vital v JOIN admission a USING (admission_id) JOIN ward w USING (ward_id) WHERE v.temperature >= 40 AND v.measured_at >= timestamp '2024-01-01' GROUP BY w.ward_id ORDER BY 2 DESC LIMIT 20;
-- name: c054_pressure_by_age
SELECT width_bucket(extract(year FROM age(v.measured_at, p.born)), 0, 100, 10) AS decade, avg(v.systolic), avg(v.diastolic) FROM vital v JOIN admission a USING (admission_id) JOIN patient p USING (patient_id) WHERE v.measured_at >= timestamp '2024-11-01' GROUP BY 1 ORDER BY 1;
-- name: c055_worst_of_stay
SELECT a.admission_id, m.systolic, m.measured_at FROM admission a, LATERAL (SELECT v.systolic, v.measured_at FROM vital v WHERE v.admission_id = a.admission_id ORDER BY v.systolic DESC LIMIT 1) AS m WHERE a.ward_id = 12 AND a.admitted_at >= timestamp '2024-06-01' AND m.systolic > 170;
-- name: c056_measured_by_nurses
SELECT n.nurse_id, n.name, count(*) FROM nurse n JOIN vital v USING (nurse_id) WHERE n.ward_id IN (100, 101) AND v.measured_at >= timestamp '2023-01-01' GROUP BY 1, 2 ORDER BY 3 DESC;
-- name: c057_extreme_vitals
SELECT v.admission_id, v.measured_at, v.pulse FROM vital v WHERE v.pulse > 128 AND v.systolic > 180 ORDER BY v.measured_at DESC LIMIT 100;
-- name: c058_top_drugs
SELECT g.name, g.maker, count(*) AS n, sum(g.price) FROM prescription p JOIN drug g USING (drug_id) WHERE p.issued_on >= date '2024-10-01' GROUP BY g.drug_id, g.name, g.maker ORDER BY n DESC LIMIT 25;
-- name: c059_controlled_by_doctor
SELECT d.name, d.grade, count(*) FROM prescription p JOIN drug g USING (drug_id) JOIN doctor d USING (doctor_id) WHERE g.controlled AND p.issued_on >= date '2024-01-01' GROUP BY d.doctor_id, d.name, d.grade ORDER BY 3 DESC LIMIT 20;
-- name: c060_not_filled
SELECT g.atc, count(*) FROM prescription p JOIN drug g USING (drug_id) WHERE p.filled_on IS NULL AND p.issued_on BETWEEN date '2024-01-01' AND date '2024-03-31' GROUP BY g.atc ORDER BY 2 DESC LIMIT 30;
-- name: c061_two_of_a_kind
SELECT a.patient_id, count(*) FROM prescription a JOIN prescription b ON b.patient_id = a.patient_id AND b.drug_id <> a.drug_id AND b.issued_on BETWEEN a.issued_on AND a.issued_on + a.days JOIN drug ga ON ga.drug_id = a.drug_id JOIN drug gb ON gb.drug_id = b.drug_id AND left(gb.atc, 3) = left(ga.atc, 3)
WHERE ga.atc LIKE 'C0%' AND a.issued_on >= date '2024-08-01' GROUP BY a.patient_id ORDER BY 2 DESC LIMIT 50;
-- name: c062_maker_share
SELECT g.maker, sum(g.price * (1 + p.repeats)) AS value, sum(sum(g.price * (1 + p.repeats))) OVER () AS total FROM prescription p JOIN drug g USING (drug_id) WHERE p.issued_on >= date '2023-01-01' AND g.form = 'injection' GROUP BY g.maker ORDER BY 2 DESC LIMIT 15;
-- name: c063_days_until_filled
SELECT p.filled_on - p.issued_on AS days, count(*) FROM prescription p WHERE p.drug_id IN (SELECT drug_id FROM drug WHERE maker = 'maker 77') AND p.filled_on IS NOT NULL GROUP BY 1 ORDER BY 1;
-- name: c064_given_after_operation
SELECT g.name, count(*) FROM performed o JOIN prescription p ON p.admission_id = o.admission_id JOIN drug g USING (drug_id) WHERE o.code = 'P0312' AND p.issued_on >= o.started_at::date GROUP BY g.name ORDER BY 2 DESC LIMIT 15;
-- name: c065_never_prescribed
SELECT g.drug_id, g.name FROM drug g LEFT JOIN prescription p ON p.drug_id = g.drug_id AND p.issued_on >= date '2024-06-01' WHERE p.prescription_id IS NULL AND g.price > 60 ORDER BY g.price DESC;
-- name: c066_first_prescriptions
SELECT date_trunc('quarter', p.issued_on) AS q, count(*) FROM prescription p WHERE p.drug_id = 40 AND NOT EXISTS (SELECT FROM prescription e WHERE e.patient_id = p.patient_id AND e.drug_id = p.drug_id AND e.issued_on < p.issued_on) GROUP BY 1 ORDER BY 1;
-- name: c067_patients_on_three
SELECT p.patient_id, array_agg(DISTINCT p.drug_id) FROM prescription p WHERE p.drug_id IN (1201, 1202, 1203, 1204, 1205) GROUP BY p.patient_id HAVING count(DISTINCT p.drug_id) >= 2;
-- name: c068_unpaid_by_insurer
SELECT s.name, count(*), sum(i.total) FROM invoice i JOIN insurer s USING (insurer_id) WHERE i.paid_on IS NULL AND i.due_on < date '2024-12-31' GROUP BY s.name ORDER BY 3 DESC;
-- name: c069_disputed
SELECT i.invoice_id, i.total, p.last_name, s.name FROM invoice i JOIN patient p USING (patient_id) LEFT JOIN insurer s USING (insurer_id) WHERE i.state = 'disputed' AND i.issued_on >= date '2024-01-01' AND i.total > 5000 ORDER BY i.total DESC;
-- name: c070_payment_delay
SELECT s.name, s.public, percentile_cont(0.5) WITHIN GROUP (ORDER BY i.paid_on - i.issued_on) FROM invoice i JOIN insurer s USING (insurer_id) WHERE i.issued_on >= date '2023-01-01' AND i.issued_on < date '2023-07-01' AND i.paid_on IS NOT NULL GROUP BY s.name, s.public ORDER BY 3 DESC;
-- name: c071_income_rollup
SELECT r.name AS region, k.name AS city, sum(i.total) FROM invoice i JOIN patient p USING (patient_id) JOIN city k USING (city_id) JOIN region r USING (region_id) WHERE i.issued_on >= date '2024-01-01' AND r.country = 'north' GROUP BY ROLLUP (r.name, k.name) ORDER BY 1, 2;
-- name: c072_self_payers
SELECT p.patient_id, p.last_name, sum(i.total) FROM invoice i JOIN patient p USING (patient_id) WHERE i.insurer_id IS NULL AND i.state = 'written off' GROUP BY p.patient_id, p.last_name ORDER BY 3 DESC LIMIT 20;
-- name: c073_largest_of_month
SELECT m, invoice_id, total FROM (SELECT date_trunc('month', issued_on) AS m, invoice_id, total, row_number() OVER (PARTITION BY date_trunc('month', issued_on) ORDER BY total DESC) AS r FROM invoice WHERE issued_on >= date '2024-01-01') AS x WHERE r <= 5 ORDER BY m, r;
-- name: c074_lines_of_procedure
SELECT i.issued_on, l.quantity, l.price FROM invoice_line l JOIN invoice i USING (invoice_id) WHERE l.code = 'P1477' AND i.issued_on >= date '2023-01-01' ORDER BY i.issued_on DESC LIMIT 100;
-- name: c075_price_above_list
SELECT c.category, count(*), sum((l.price - c.price) * l.quantity) FROM invoice_line l JOIN procedure_code c USING (code) WHERE l.price > 1.5 * c.price AND l.quantity > 5 GROUP BY c.category ORDER BY 3 DESC;
-- name: c076_drugs_charged
SELECT g.atc, sum(l.quantity * l.price) FROM invoice_line l JOIN drug g USING (drug_id) JOIN invoice i USING (invoice_id) WHERE i.issued_on BETWEEN date '2024-02-01' AND date '2024-02-29' AND g.atc LIKE 'A%' GROUP BY g.atc ORDER BY 2 DESC;
-- name: c077_lines_that_do_not_add_up
SELECT i.invoice_id, i.total, x.sum FROM invoice i JOIN LATERAL (SELECT sum(l.quantity * l.price) AS sum FROM invoice_line l WHERE l.invoice_id = i.invoice_id) AS x ON true WHERE i.issued_on = date '2024-06-03' AND x.sum > i.total ORDER BY 1;
-- name: c078_charged_not_performed
SELECT i.invoice_id, l.code FROM invoice i JOIN invoice_line l USING (invoice_id) WHERE i.insurer_id = 38 AND i.issued_on >= date '2024-07-01' AND l.code IS NOT NULL AND i.admission_id IS NOT NULL AND NOT EXISTS (SELECT FROM performed p WHERE p.admission_id = i.admission_id AND p.code = l.code) ORDER BY 1, 2 LIMIT 100;
-- name: c079_stays_not_charged
SELECT a.admission_id, a.discharged_at FROM admission a LEFT JOIN invoice i USING (admission_id) WHERE a.discharged_at >= timestamp '2024-10-01' AND a.discharged_at < timestamp '2024-10-15' AND i.invoice_id IS NULL;
-- name: c080_income_by_specialty
SELECT s.name, extract(year FROM i.issued_on) AS y, sum(i.total) FROM invoice i JOIN admission a USING (admission_id) JOIN ward w USING (ward_id) JOIN specialty s USING (specialty_id) WHERE i.state = 'paid' GROUP BY s.name, 2 ORDER BY 1, 2;
-- name: c081_growth_of_insurers
WITH y AS (SELECT insurer_id, extract(year FROM issued_on) AS year, sum(total) AS total FROM invoice WHERE insurer_id IS NOT NULL GROUP BY 1, 2)
SELECT s.name, b.total / a.total AS growth FROM y a JOIN y b USING (insurer_id) JOIN insurer s USING (insurer_id) WHERE a.year = 2022 AND b.year = 2023 ORDER BY 2 DESC;
-- name: c082_expired_policies
SELECT s.name, p.plan, count(*) FROM policy p JOIN insurer s USING (insurer_id) WHERE p.valid_to BETWEEN date '2019-06-01' AND date '2019-06-30' GROUP BY CUBE (s.name, p.plan) ORDER BY 1, 2;
-- name: c083_changed_insurer
SELECT a.insurer_id, b.insurer_id, count(*) FROM policy a JOIN policy b ON b.patient_id = a.patient_id AND b.valid_from = a.valid_to + 1 AND b.insurer_id <> a.insurer_id WHERE a.plan = 'premium' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20;
-- name: c084_premium_in_region
SELECT k.name, count(*) FROM policy p JOIN patient t USING (patient_id) JOIN city k USING (city_id) JOIN region r USING (region_id) WHERE r.name = 'region 9' AND p.plan IN ('comfort', 'premium') AND p.valid_to IS NULL GROUP BY k.name ORDER BY 2 DESC;
-- name: c085_uninsured_stays
SELECT a.admission_id, a.patient_id FROM admission a WHERE a.admitted_at >= timestamp '2024-12-10' AND NOT EXISTS (SELECT FROM policy p WHERE p.patient_id = a.patient_id AND p.valid_from <= a.admitted_at::date AND (p.valid_to IS NULL OR p.valid_to >= a.admitted_at::date));
-- name: c086_open_referrals
SELECT s.name, r.priority, count(*), min(r.made_on) FROM referral r JOIN specialty s USING (specialty_id) WHERE r.accepted_on IS NULL AND r.made_on >= date '2024-06-01' GROUP BY s.name, r.priority ORDER BY 2, 3 DESC;
-- name: c087_days_until_accepted
SELECT f.name, t.name, avg(r.accepted_on - r.made_on), count(*) FROM referral r JOIN doctor d ON d.doctor_id = r.from_doctor_id JOIN specialty f ON f.specialty_id = d.specialty_id JOIN specialty t ON t.specialty_id = r.specialty_id WHERE r.made_on >= date '2024-01-01' AND r.priority = 1 GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 30;
-- name: c088_referred_and_admitted
SELECT count(*), avg(a.admitted_at - r.made_on) FROM referral r JOIN admission a ON a.patient_id = r.patient_id AND a.admitted_at BETWEEN r.made_on AND r.made_on + 60 JOIN ward w ON w.ward_id = a.ward_id AND w.specialty_id = r.specialty_id WHERE r.made_on >= date '2024-01-01';
-- name: c089_path_of_patients
WITH RECURSIVE path AS (
  SELECT r.referral_id, r.patient_id, r.accepted_on, 1 AS depth FROM referral r WHERE r.specialty_id = 30 AND r.made_on BETWEEN date '2023-01-01' AND date '2023-01-20'
  UNION ALL SELECT n.referral_id, n.patient_id, n.accepted_on, p.depth + 1 FROM path p JOIN referral n ON n.patient_id = p.patient_id AND n.made_on > p.accepted_on AND n.made_on < p.accepted_on + 90 WHERE p.depth < 5)
SELECT depth, count(*) FROM path GROUP BY depth ORDER BY depth;
-- name: c090_everything_of_patient
SELECT * FROM (SELECT 'stay' AS what, admitted_at AS at, reason AS text FROM admission WHERE patient_id = 1777 UNION ALL SELECT 'appointment', at, state FROM appointment WHERE patient_id = 1777
  UNION ALL SELECT 'prescription', issued_on, dose FROM prescription WHERE patient_id = 1777 UNION ALL SELECT 'referral', made_on, priority::text FROM referral WHERE patient_id = 1777) AS x ORDER BY at DESC LIMIT 50;
-- name: c091_active_patients
SELECT count(*) FROM (SELECT patient_id FROM appointment WHERE at >= timestamp '2024-11-01' UNION SELECT patient_id FROM admission WHERE admitted_at >= timestamp '2024-11-01' UNION SELECT patient_id FROM prescription WHERE issued_on >= date '2024-11-01') AS x;
-- name: c092_seen_but_not_prescribed
SELECT patient_id FROM appointment WHERE at >= timestamp '2024-12-20' AND state = 'held' EXCEPT SELECT patient_id FROM prescription WHERE issued_on >= date '2024-10-01' ORDER BY 1 LIMIT 200;
-- name: c093_ages
SELECT CASE WHEN born > date '2006-12-31' THEN 'child' WHEN born > date '1959-12-31' THEN 'adult' ELSE 'old' END AS age, sex, count(*), count(died_on) FROM patient GROUP BY 1, 2 ORDER BY 1, 2;
-- name: c094_died_after_stay
SELECT t.kind, count(*) FROM patient p JOIN admission a ON a.patient_id = p.patient_id AND p.died_on BETWEEN a.discharged_at::date AND a.discharged_at::date + 30 JOIN ward w USING (ward_id) JOIN site t USING (site_id) WHERE p.died_on >= date '2024-01-01' GROUP BY t.kind;
-- name: c095_from_far_away
SELECT r.name, count(*) FROM admission a JOIN ward w USING (ward_id) JOIN site t USING (site_id) JOIN city hc ON hc.city_id = t.city_id JOIN patient p ON p.patient_id = a.patient_id JOIN city pc ON pc.city_id = p.city_id JOIN region r ON r.region_id = pc.region_id
WHERE t.kind = 'university' AND a.urgency = 'planned' AND hc.region_id <> pc.region_id AND a.admitted_at >= timestamp '2024-01-01' GROUP BY r.name ORDER BY 2 DESC;
-- name: c096_cost_of_disease
SELECT c.chapter, avg(i.total), count(*) FROM diagnosis d JOIN diagnosis_code c USING (code) JOIN invoice i USING (admission_id) WHERE d.rank = 1 AND d.certain AND i.issued_on BETWEEN date '2024-04-01' AND date '2024-06-30' GROUP BY c.chapter ORDER BY 2 DESC;
-- name: c097_doctors_above_average
WITH x AS (SELECT d.doctor_id, d.specialty_id, count(*) AS n FROM doctor d JOIN admission a USING (doctor_id) WHERE a.admitted_at >= timestamp '2023-01-01' GROUP BY d.doctor_id, d.specialty_id)
SELECT s.name, x.doctor_id, x.n FROM x JOIN specialty s USING (specialty_id) WHERE x.n > (SELECT 3 * avg(y.n) FROM x AS y WHERE y.specialty_id = x.specialty_id) ORDER BY s.name, x.n DESC;
-- name: c098_stays_of_regular_patients
SELECT a.admission_id, a.reason, i.total FROM admission a JOIN invoice i USING (admission_id) WHERE a.patient_id IN (3, 17, 121, 1024, 4096, 9999) AND a.state IN ('discharged', 'moved') ORDER BY i.total DESC;
-- name: c099_infections_after_operations
SELECT t.name, c.category, count(*) FROM performed p JOIN procedure_code c USING (code) JOIN admission a USING (admission_id) JOIN ward w USING (ward_id) JOIN site t USING (site_id) JOIN city k USING (city_id) JOIN region r USING (region_id)
WHERE p.complication = 'infection' AND r.country = 'west' AND a.urgency <> 'emergency' AND EXISTS (SELECT FROM vital v WHERE v.admission_id = a.admission_id AND v.temperature > 39) GROUP BY t.name, c.category ORDER BY 3 DESC LIMIT 20;
-- name: c100_last_stay_in_city
SELECT p.patient_id, p.last_name, a.admitted_at, w.name FROM patient p JOIN city k USING (city_id) JOIN admission a ON a.patient_id = p.patient_id JOIN ward w USING (ward_id)
WHERE k.name = 'city 120' AND a.admitted_at >= timestamp '2024-11-01' AND a.admitted_at = (SELECT max(b.admitted_at) FROM admission b WHERE b.patient_id = p.patient_id) ORDER BY a.admitted_at DESC LIMIT 20;
