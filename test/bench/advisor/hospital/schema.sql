-- hospital: a group of hospitals: who is ill, who treats them, what is found, given, done and charged. Times that are not known yet,
-- insurers that nobody has and findings that are normal are NULL.
CREATE TABLE region (region_id int PRIMARY KEY, name text NOT NULL, country text NOT NULL);
CREATE TABLE city (city_id int PRIMARY KEY, region_id int NOT NULL, name text NOT NULL, population int NOT NULL);
CREATE TABLE specialty (specialty_id int PRIMARY KEY, name text NOT NULL, chapter text NOT NULL, surgical boolean NOT NULL);
CREATE TABLE site (site_id int PRIMARY KEY, city_id int NOT NULL, name text NOT NULL, kind text NOT NULL, beds int NOT NULL, opened date NOT NULL);
CREATE TABLE ward (ward_id int PRIMARY KEY, site_id int NOT NULL, specialty_id int NOT NULL, name text NOT NULL, floor int NOT NULL, beds int NOT NULL);
CREATE TABLE doctor (doctor_id int PRIMARY KEY, specialty_id int NOT NULL, site_id int NOT NULL, name text NOT NULL, grade text NOT NULL, hired_on date NOT NULL, left_on date);
CREATE TABLE nurse (nurse_id int PRIMARY KEY, ward_id int NOT NULL, name text NOT NULL, hired_on date NOT NULL, share numeric(3,2) NOT NULL);
CREATE TABLE insurer (insurer_id int PRIMARY KEY, region_id int, name text NOT NULL, public boolean NOT NULL);
CREATE TABLE diagnosis_code (code text PRIMARY KEY, chapter text NOT NULL, title text NOT NULL, chronic boolean NOT NULL);
CREATE TABLE procedure_code (code text PRIMARY KEY, category text NOT NULL, title text NOT NULL, minutes int NOT NULL, price numeric(8,2) NOT NULL);
CREATE TABLE drug (drug_id int PRIMARY KEY, atc text NOT NULL, name text NOT NULL, maker text NOT NULL, form text NOT NULL, price numeric(8,2) NOT NULL, controlled boolean NOT NULL);
CREATE TABLE lab_test (test_id int PRIMARY KEY, name text NOT NULL, panel text NOT NULL, unit text NOT NULL, low numeric(8,2), high numeric(8,2));
CREATE TABLE patient (patient_id int PRIMARY KEY, city_id int NOT NULL, family_doctor_id int, first_name text NOT NULL, last_name text NOT NULL, born date NOT NULL, sex text NOT NULL, blood text, email text, phone text, died_on date,
    registered timestamp NOT NULL);
CREATE TABLE policy (policy_id int PRIMARY KEY, patient_id int NOT NULL, insurer_id int NOT NULL, plan text NOT NULL, valid_from date NOT NULL, valid_to date);
CREATE TABLE admission (admission_id int PRIMARY KEY, patient_id int NOT NULL, ward_id int NOT NULL, doctor_id int NOT NULL, admitted_at timestamp NOT NULL, discharged_at timestamp, urgency text NOT NULL, state text NOT NULL, reason text NOT NULL);
CREATE TABLE diagnosis (admission_id int NOT NULL, rank int NOT NULL, code text NOT NULL, certain boolean NOT NULL, made_on date NOT NULL, PRIMARY KEY (admission_id, rank));
CREATE TABLE performed (performed_id int PRIMARY KEY, admission_id int NOT NULL, code text NOT NULL, doctor_id int NOT NULL, started_at timestamp NOT NULL, minutes int NOT NULL, complication text);
CREATE TABLE prescription (prescription_id int PRIMARY KEY, patient_id int NOT NULL, doctor_id int NOT NULL, drug_id int NOT NULL, admission_id int, issued_on date NOT NULL, days int NOT NULL, dose text NOT NULL, repeats int NOT NULL, filled_on date);
CREATE TABLE lab_result (result_id int PRIMARY KEY, admission_id int NOT NULL, test_id int NOT NULL, taken_at timestamp NOT NULL, value numeric(8,2) NOT NULL, flag text, validated_by int);
CREATE TABLE vital (admission_id int NOT NULL, measured_at timestamp NOT NULL, nurse_id int NOT NULL, pulse int NOT NULL, systolic int NOT NULL, diastolic int NOT NULL, temperature numeric(3,1), PRIMARY KEY (admission_id, measured_at));
CREATE TABLE appointment (appointment_id int PRIMARY KEY, patient_id int NOT NULL, doctor_id int NOT NULL, at timestamp NOT NULL, made_on date NOT NULL, state text NOT NULL, channel text NOT NULL, note text);
CREATE TABLE referral (referral_id int PRIMARY KEY, patient_id int NOT NULL, from_doctor_id int NOT NULL, specialty_id int NOT NULL, made_on date NOT NULL, accepted_on date, priority int NOT NULL);
CREATE TABLE invoice (invoice_id int PRIMARY KEY, patient_id int NOT NULL, admission_id int, insurer_id int, issued_on date NOT NULL, due_on date NOT NULL, paid_on date, total numeric(10,2) NOT NULL, state text NOT NULL);
CREATE TABLE invoice_line (invoice_id int NOT NULL, line int NOT NULL, code text, drug_id int, quantity int NOT NULL, price numeric(8,2) NOT NULL, PRIMARY KEY (invoice_id, line));
