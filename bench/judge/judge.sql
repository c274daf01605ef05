-- judge.sql - the rules of packs/cn by hand, for the sqlite3 shell, over an area's own tables.
--
-- What a person who knows SQL well would write: aggregates that several rules need are made once as temporary tables, bounds of dates are
-- worked out once from :today and compared as numbers, code tables are written as the codes that have the property.  One line a finding:
-- rule, tab, record.  Run it as judge.sh does:
--     sqlite3 -readonly AREA -cmd 'PRAGMA temp_store=MEMORY' -cmd '.parameter init' -cmd '.parameter set :today 20553' < judge.sql
--
-- In the tables a day is a number since 1970-01-01, a month its first day, a code its text, a ref an id, a number scaled by its decimals, a
-- boolean 0 or 1.  Three-valued logic is the same on both sides: null is no finding.  Parameters stand here as their values in 2026.
-- Adding months clips to the month's end, which SQLite's '+N months' does not: `least of (same day, last day)` below.

.mode list
.separator "\t"
.headers off
PRAGMA cache_size=-32768;

-- Bounds.  back_N: the last day d with d + N months <= today; ago_N: today - N months; in_N: today + N months; was_N: the last day d with
-- d + N months < today.  eom: today is the last day of its month.
CREATE TEMP TABLE day AS WITH
  t(d, label) AS (VALUES (:today, 'today'), (:today - 1, 'yesterday')),
  n(months) AS (VALUES (1), (2), (3), (6), (12), (60), (120)),
  s AS (SELECT label, months, d, unixepoch(d*86400, 'unixepoch', 'start of month', '-' || months || ' months')/86400 AS first,
               unixepoch(d*86400, 'unixepoch', 'start of month', '-' || (months - 1) || ' months', '-1 day')/86400 AS last,
               CAST(strftime('%d', d*86400, 'unixepoch') AS INTEGER) AS dom,
               strftime('%d', (d + 1)*86400, 'unixepoch') = '01' AS eom FROM t, n)
  SELECT label, months, CASE WHEN eom THEN last ELSE min(first + dom - 1, last) END AS back, min(first + dom - 1, last) AS ago FROM s;
CREATE TEMP TABLE k AS SELECT
  :today AS today,
  CAST(strftime('%Y', :today*86400, 'unixepoch') AS INTEGER) AS year,
  CAST(strftime('%Y', :today*86400, 'unixepoch') AS INTEGER)*12 + CAST(strftime('%m', :today*86400, 'unixepoch') AS INTEGER) - 1 AS month,
  unixepoch(:today*86400, 'unixepoch', 'start of year', '-1 year')/86400 AS last_year_from,
  unixepoch(:today*86400, 'unixepoch', 'start of year')/86400 AS this_year_from,
  unixepoch(:today*86400, 'unixepoch', 'start of year', '+3 months')/86400 AS assess_by,
  unixepoch(:today*86400, 'unixepoch', 'start of year', '+1 month')/86400 AS matters_by,
  min(unixepoch(:today*86400, 'unixepoch', '+2 months'), unixepoch(:today*86400, 'unixepoch', 'start of month', '+3 months', '-1 day'))/86400 AS in_2,
  min(unixepoch(:today*86400, 'unixepoch', '+6 months'), unixepoch(:today*86400, 'unixepoch', 'start of month', '+7 months', '-1 day'))/86400 AS in_6,
  (SELECT back FROM day WHERE label = 'today' AND months = 12) AS back_12,
  (SELECT back FROM day WHERE label = 'today' AND months = 120) AS back_120,
  (SELECT ago FROM day WHERE label = 'today' AND months = 6) AS ago_6,
  (SELECT ago FROM day WHERE label = 'today' AND months = 12) AS ago_12,
  (SELECT ago FROM day WHERE label = 'today' AND months = 60) AS ago_60,
  (SELECT back FROM day WHERE label = 'yesterday' AND months = 1) AS was_1,
  (SELECT back FROM day WHERE label = 'yesterday' AND months = 3) AS was_3,
  (SELECT back FROM day WHERE label = 'yesterday' AND months = 6) AS was_6,
  (SELECT back FROM day WHERE label = 'yesterday' AND months = 12) AS was_12;
-- The last day d with d + 12 months <= today + 2 months; months whose last day is no later than today + 6 months.
CREATE TEMP TABLE k2 AS SELECT
  CASE WHEN strftime('%d', (in_2 + 1)*86400, 'unixepoch') = '01' THEN last ELSE min(first + dom - 1, last) END AS induction_to,
  CAST(strftime('%Y', in_6*86400, 'unixepoch') AS INTEGER)*12 + CAST(strftime('%m', in_6*86400, 'unixepoch') AS INTEGER) - 1
    - (strftime('%d', (in_6 + 1)*86400, 'unixepoch') <> '01') AS month_to
  FROM (SELECT in_2, in_6, unixepoch(in_2*86400, 'unixepoch', 'start of month', '-12 months')/86400 AS first,
               unixepoch(in_2*86400, 'unixepoch', 'start of month', '-11 months', '-1 day')/86400 AS last,
               CAST(strftime('%d', in_2*86400, 'unixepoch') AS INTEGER) AS dom FROM k);

---- organisations and posts ----

-- Standards, with the day behind which a birth is young: age <= young_age.
CREATE TEMP TABLE standard AS SELECT s.id, size_min, size_max, women_min, young_min, bachelor_min, grassroots_min, young_age, grassroots_years,
  CASE WHEN young_age IS NOT NULL THEN unixepoch(k.today*86400, 'unixepoch', 'start of month', '-' || ((young_age + 1)*12) || ' months')/86400 END AS young_from
  FROM r_team_standard s, k;
CREATE TEMP TABLE bachelor AS SELECT DISTINCT cadre AS id FROM r_schooling
  WHERE closed IS NULL AND mode = '全日制' AND level IN ('1', '11', '12', '1A', '1B', '2', '21', '22', '23');
CREATE UNIQUE INDEX temp.bachelor_id ON bachelor(id);
CREATE TEMP TABLE post_now AS SELECT t.post AS id, count(*) AS held, sum(c.sex = '2') AS women,
  sum(s.young_age IS NOT NULL AND c.birth > s.young_from) AS young, sum(b.id IS NOT NULL) AS bachelors,
  sum(c.grassroots_years >= s.grassroots_years*10) AS grassroots
  FROM r_tenure t CROSS JOIN r_cadre c ON c.id = t.cadre CROSS JOIN r_post p ON p.id = t.post CROSS JOIN r_org o ON o.id = p.org
  LEFT JOIN standard s ON s.id = o.standard LEFT JOIN bachelor b ON b.id = c.id
  WHERE t.closed IS NULL AND t."until" IS NULL AND t.counted = 1 GROUP BY t.post;
CREATE UNIQUE INDEX temp.post_now_id ON post_now(id);
CREATE TEMP TABLE org_now AS SELECT p.org AS id, sum(coalesce(n.held, 0)) AS held, sum(CASE WHEN p.team = 1 THEN n.held END) AS team,
  sum(CASE WHEN p.team = 1 THEN n.women END) AS women, sum(CASE WHEN p.team = 1 THEN n.young END) AS young,
  sum(CASE WHEN p.team = 1 THEN n.bachelors END) AS bachelors, sum(CASE WHEN p.team = 1 THEN n.grassroots END) AS grassroots
  FROM r_post p LEFT JOIN post_now n ON n.id = p.id WHERE p.closed IS NULL GROUP BY p.org;
CREATE UNIQUE INDEX temp.org_now_id ON org_now(id);

SELECT 'post-overfilled', p.id FROM r_post p JOIN post_now n ON n.id = p.id WHERE p.closed IS NULL AND n.held > p.approved;
SELECT 'post-without-paper', id FROM r_post WHERE closed IS NULL AND approved > 0 AND paper IS NULL;
SELECT 'post-vacant', p.id FROM r_post p LEFT JOIN post_now n ON n.id = p.id WHERE p.closed IS NULL AND p.team = 1 AND p.approved > coalesce(n.held, 0);
SELECT 'org-abolished-staffed', o.id FROM r_org o JOIN org_now n ON n.id = o.id, k WHERE o.closed IS NULL AND o.abolished <= k.today AND n.held > 0;
-- Ranks by the pool that they count in.
WITH pool(rank, pool) AS (VALUES ('01','1'),('02','1'),('03','2'),('04','2'),('05','3'),('06','3'),('07','4'),('08','4'),('09','5'),('10','5'),('11','6'),('12','6')),
  held AS (SELECT c.establishment AS org, p.pool, count(*) AS n FROM r_cadre c NOT INDEXED CROSS JOIN pool p ON p.rank = c.rank
           WHERE c.closed IS NULL AND c.status = '在职' GROUP BY 1, 2)
  SELECT 'rank-overfilled', q.id FROM r_rank_quota q JOIN held h ON h.org = q.org AND h.pool = q.pool WHERE q.closed IS NULL AND h.n > q.approved;
SELECT 'team-size', o.id FROM r_org o JOIN standard s ON s.id = o.standard LEFT JOIN org_now n ON n.id = o.id
  WHERE o.closed IS NULL AND s.size_min IS NOT NULL AND s.size_max IS NOT NULL AND coalesce(n.team, 0) NOT BETWEEN s.size_min AND s.size_max;
SELECT 'team-women', o.id FROM r_org o JOIN standard s ON s.id = o.standard LEFT JOIN org_now n ON n.id = o.id
  WHERE o.closed IS NULL AND coalesce(n.women, 0) < s.women_min;
SELECT 'team-young', o.id FROM r_org o JOIN standard s ON s.id = o.standard LEFT JOIN org_now n ON n.id = o.id
  WHERE o.closed IS NULL AND coalesce(n.young, 0) < s.young_min;
SELECT 'team-bachelor', o.id FROM r_org o JOIN standard s ON s.id = o.standard LEFT JOIN org_now n ON n.id = o.id
  WHERE o.closed IS NULL AND coalesce(n.bachelors, 0) < s.bachelor_min;
SELECT 'team-grassroots', o.id FROM r_org o JOIN standard s ON s.id = o.standard LEFT JOIN org_now n ON n.id = o.id
  WHERE o.closed IS NULL AND coalesce(n.grassroots, 0) < s.grassroots_min;
SELECT 'township-graduate', o.id FROM r_org o LEFT JOIN org_now n ON n.id = o.id
  WHERE o.closed IS NULL AND o.kind = '13' AND o.abolished IS NULL AND coalesce(n.bachelors, 0) < 1;
SELECT 'chief-runs-barred', f.id FROM r_portfolio f JOIN r_tenure t ON t.id = f.tenure JOIN r_post p ON p.id = t.post JOIN r_matter m ON m.id = f.matter
  WHERE f.closed IS NULL AND f."until" IS NULL AND t."until" IS NULL AND p.chief = 1 AND m.barred = 1;
SELECT 'portfolio-without-paper', id FROM r_portfolio WHERE closed IS NULL AND "until" IS NULL AND paper IS NULL;

---- cadres ----

SELECT 'birth-differs', id FROM r_cadre WHERE closed IS NULL AND citizen_number IS NOT NULL
  AND birth <> unixepoch(substr(citizen_number, 7, 4) || '-' || substr(citizen_number, 11, 2) || '-01')/86400;
SELECT 'sex-differs', id FROM r_cadre WHERE closed IS NULL AND citizen_number IS NOT NULL AND sex IN ('1', '2')
  AND (sex = '1') <> (substr(citizen_number, 17, 1) IN ('1', '3', '5', '7', '9'));
CREATE TEMP TABLE stay AS SELECT id, "until", min("from") OVER (PARTITION BY cadre ORDER BY "from" RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next
  FROM r_resume WHERE closed IS NULL AND within = 0;
SELECT 'resume-gap', id FROM stay WHERE next > "until";
SELECT 'resume-overlap', id FROM stay WHERE next IS NOT NULL AND ("until" IS NULL OR next < "until");
SELECT 'file-doubtful', id FROM r_file_audit WHERE closed IS NULL AND verdict IN ('存疑', '不实');
SELECT 'file-incomplete', c.id FROM r_cadre c LEFT JOIN (SELECT cadre, count(DISTINCT fact) AS n FROM r_file_audit WHERE closed IS NULL GROUP BY cadre) a ON a.cadre = c.id
  WHERE c.closed IS NULL AND c.status = '在职' AND c.managed = '本级管理' AND coalesce(a.n, 0) < 6;
SELECT 'file-cleanup-late', f.id FROM r_file_cleanup f, k WHERE f.closed IS NULL AND f.accepted IS NULL AND f.due < k.today;
-- Months since year 0, of birth and of retirement.
CREATE TEMP TABLE serving AS SELECT c.id, c.b, c.base, c.b + c.base*12 AS due FROM
  (SELECT id, CAST(strftime('%Y', birth*86400, 'unixepoch') AS INTEGER)*12 + CAST(strftime('%m', birth*86400, 'unixepoch') AS INTEGER) - 1 AS b,
          CASE WHEN retire_base IS NOT NULL THEN retire_base WHEN sex = '1' THEN 60 WHEN sex = '2' THEN 55 END AS base
   FROM r_cadre WHERE closed IS NULL AND status = '在职') c;
CREATE TEMP TABLE retiring AS SELECT id, due + CASE WHEN due < 2025*12 OR base > 60 THEN 0
    WHEN base < 55 THEN min(60, (due - 2025*12 + 2)/2) ELSE min(36, (due - 2025*12 + 4)/4) END AS month FROM serving;
SELECT 'retirement-soon', r.id FROM retiring r, k, k2 WHERE r.month >= k.month AND r.month <= k2.month_to;
SELECT 'retirement-overdue', r.id FROM retiring r, k WHERE r.month < k.month;
-- A post without a limit beside one with a limit: the least of both is unknown.
CREATE TEMP TABLE holds AS SELECT t.cadre AS id, CASE WHEN count(*) = count(p.age_limit) THEN min(p.age_limit) END AS age_limit, max(p.key_post = 1) AS key_post,
  min(CASE WHEN t.main = 1 THEN coalesce(t.same_from, t.since) END) AS same_since
  FROM r_tenure t CROSS JOIN r_post p ON p.id = t.post WHERE t.closed IS NULL AND t."until" IS NULL GROUP BY t.cadre;
CREATE UNIQUE INDEX temp.holds_id ON holds(id);
CREATE TEMP TABLE limited AS SELECT s.id, s.b + h.age_limit*12 AS month FROM serving s JOIN holds h ON h.id = s.id WHERE h.age_limit IS NOT NULL;
SELECT 'age-limit-soon', l.id FROM limited l, k, k2 WHERE l.month >= k.month AND l.month <= k2.month_to;
SELECT 'age-limit-passed', l.id FROM limited l, k WHERE l.month < k.month;
SELECT 'party-date', id FROM r_cadre WHERE closed IS NULL AND political IN ('01', '02') AND party_join IS NULL;

---- tenures ----

SELECT 'tenure-irregular', id FROM r_tenure WHERE closed IS NULL AND irregular IS NOT NULL AND "until" IS NULL;
SELECT 'late-entry-unexplained', id FROM r_tenure WHERE closed IS NULL AND entered > since + 30 AND late_note IS NULL;
SELECT 'trial-unset', t.id FROM r_tenure t JOIN r_post p ON p.id = t.post
  WHERE t.closed IS NULL AND t."until" IS NULL AND p.trial = 1 AND t.kind = '1' AND t.trial_until IS NULL;
SELECT 'trial-short', id FROM r_tenure WHERE closed IS NULL AND "until" IS NULL
  AND trial_until < min(unixepoch(since*86400, 'unixepoch', '+12 months'), unixepoch(since*86400, 'unixepoch', 'start of month', '+13 months', '-1 day'))/86400;
SELECT 'trial-ending', t.id FROM r_tenure t, k WHERE t.closed IS NULL AND t."until" IS NULL AND t.trial_result IS NULL AND t.trial_until BETWEEN k.today AND k.today + 30;
SELECT 'trial-without-result', t.id FROM r_tenure t, k WHERE t.closed IS NULL AND t."until" IS NULL AND t.trial_result IS NULL AND t.trial_until < k.today;
SELECT 'trial-failed-serving', id FROM r_tenure WHERE closed IS NULL AND trial_result = '不胜任' AND "until" IS NULL;
SELECT 'term-ending', t.id FROM r_tenure t, k WHERE t.closed IS NULL AND t."until" IS NULL AND t.term_until BETWEEN k.today AND k.in_6;
SELECT 'term-over', t.id FROM r_tenure t, k WHERE t.closed IS NULL AND t."until" IS NULL AND t.term_until < k.today;
SELECT 'terms-exceeded', id FROM r_tenure WHERE closed IS NULL AND "until" IS NULL AND term_no > 2;
SELECT 'term-too-long', id FROM r_tenure WHERE closed IS NULL AND "until" IS NULL AND system = '选任制'
  AND term_until > min(unixepoch(since*86400, 'unixepoch', '+60 months'), unixepoch(since*86400, 'unixepoch', 'start of month', '+61 months', '-1 day'))/86400;
SELECT 'exit-without-reason', id FROM r_tenure WHERE closed IS NULL AND "until" IS NOT NULL AND exit IS NULL;
SELECT 'contract-undated', id FROM r_tenure WHERE closed IS NULL AND "until" IS NULL AND system = '聘任制' AND term_until IS NULL;
SELECT 'rotation-due', c.id FROM r_cadre c JOIN holds h ON h.id = c.id, k
  WHERE c.closed IS NULL AND c.status = '在职' AND c.level IN ('141', '142') AND h.same_since <= k.back_120 AND NOT (c.deferred IS NOT NULL AND k.today <= c.deferred);
SELECT 'exchange-behind', e.id FROM r_exchange_plan e, k WHERE e.closed IS NULL AND e.due < k.today
  AND (SELECT count(DISTINCT t.cadre) FROM r_tenure t WHERE t.exchange = e.id AND t.closed IS NULL) < e.target;
SELECT 'promoted-while-barred', t.id FROM r_tenure t WHERE t.closed IS NULL AND t.kind = '1' AND EXISTS
  (SELECT 1 FROM r_effect_period e WHERE e.cadre = t.cadre AND e.closed IS NULL AND e."from" <= t.since AND t.since <= e."until" AND (e.lifted IS NULL OR e.lifted > t.since));
SELECT 'effect-too-short', id FROM (SELECT id, "until", "from", CASE kind WHEN '21' THEN 6 WHEN '22' THEN 12 WHEN '23' THEN 18 WHEN '24' THEN 24 WHEN '25' THEN 24
    WHEN '11' THEN 12 WHEN '12' THEN 18 WHEN '13' THEN 24 WHEN '01' THEN 6 END AS n FROM r_effect_period WHERE closed IS NULL)
  WHERE n IS NOT NULL AND "until" < min(unixepoch("from"*86400, 'unixepoch', '+' || n || ' months'),
    unixepoch("from"*86400, 'unixepoch', 'start of month', '+' || (n + 1) || ' months', '-1 day'))/86400 - 1;
SELECT 'effect-undated', id FROM r_effect_period WHERE closed IS NULL AND lifted IS NULL AND "until" IS NULL;
SELECT 'effect-ending', e.id FROM r_effect_period e, k WHERE e.closed IS NULL AND e.lifted IS NULL AND e."until" BETWEEN k.today AND k.today + 30;
SELECT 'part-time-unapproved', id FROM r_part_time_post WHERE closed IS NULL AND "until" IS NULL AND (paper IS NULL OR approved IS NULL);
SELECT 'part-time-paid', id FROM r_part_time_post WHERE closed IS NULL AND paid = 1;

---- assessment, oversight, training ----

SELECT 'assessment-missing', c.id FROM r_cadre c, k WHERE c.closed IS NULL AND c.status = '在职' AND c.managed = '本级管理' AND k.today > k.assess_by
  AND NOT EXISTS (SELECT 1 FROM r_assessment a WHERE a.cadre = c.id AND a.year = k.year - 1 AND a.closed IS NULL);
SELECT 'unfit-once', a.id FROM r_assessment a CROSS JOIN k WHERE a.closed IS NULL AND a.year = k.year - 1 AND (a.grade = '4' OR (a.grade = '3'
  AND EXISTS (SELECT 1 FROM r_assessment b WHERE b.cadre = a.cadre AND b.year = a.year - 1 AND b.grade = '3' AND b.closed IS NULL)));
SELECT 'unfit-twice', a.id FROM r_assessment a CROSS JOIN k WHERE a.closed IS NULL AND a.year = k.year - 1 AND a.grade = '4'
  AND EXISTS (SELECT 1 FROM r_assessment b WHERE b.cadre = a.cadre AND b.year = a.year - 1 AND b.grade = '4' AND b.closed IS NULL);
SELECT 'unfit-unheard', a.id FROM r_assessment a CROSS JOIN k WHERE a.closed IS NULL AND a.year = k.year - 1 AND a.grade IN ('3', '4') AND a.told IS NULL;
SELECT 'matters-not-filed', c.id FROM r_cadre c, k WHERE c.closed IS NULL AND c.status = '在职' AND c.level IN ('131', '132') AND k.today > k.matters_by
  AND NOT EXISTS (SELECT 1 FROM r_matters_filing m WHERE m.cadre = c.id AND m.year = k.year - 1 AND m.filed IS NOT NULL AND m.closed IS NULL);
SELECT 'matters-untrue', id FROM r_matters_filing WHERE closed IS NULL AND outcome IN ('漏报', '瞒报') AND handled IS NULL;
CREATE TEMP TABLE talked AS SELECT cadre AS id, max(day) AS day FROM r_talk WHERE closed IS NULL GROUP BY cadre;
CREATE UNIQUE INDEX temp.talked_id ON talked(id);
SELECT 'talk-yearly', c.id FROM r_cadre c LEFT JOIN talked t ON t.id = c.id, k
  WHERE c.closed IS NULL AND c.status = '在职' AND c.managed = '本级管理' AND (t.day IS NULL OR t.day <= k.ago_12);
SELECT 'talk-key-post', c.id FROM r_cadre c JOIN holds h ON h.id = c.id LEFT JOIN talked t ON t.id = c.id, k
  WHERE c.closed IS NULL AND c.status = '在职' AND c.managed = '本级管理' AND h.key_post = 1 AND (t.day IS NULL OR t.day <= k.ago_6);
SELECT 'talk-new-post', n.id FROM r_tenure n JOIN r_cadre c ON c.id = n.cadre LEFT JOIN talked t ON t.id = n.cadre, k
  WHERE n.closed IS NULL AND n."until" IS NULL AND n.main = 1 AND c.managed = '本级管理' AND n.since <= k.was_3 AND n.since > k.was_12 AND (t.day IS NULL OR t.day < n.since);
SELECT 'selection-problem-late', s.id FROM r_selection_problem s, k WHERE s.closed IS NULL AND s.accepted IS NULL AND s.due < k.today;
SELECT 'selection-problem-undated', id FROM r_selection_problem WHERE closed IS NULL AND accepted IS NULL AND (due IS NULL OR responsible IS NULL);
CREATE TEMP TABLE trained AS SELECT t.cadre AS id,
  sum(CASE WHEN t.mode = '集中' AND t."until" >= k.last_year_from AND t."until" < k.this_year_from THEN t.hours ELSE 0 END) AS class_hours,
  sum(CASE WHEN t.mode = '网络' AND t."until" >= k.last_year_from AND t."until" < k.this_year_from THEN t.hours ELSE 0 END) AS online_hours,
  sum(CASE WHEN t."until" >= k.last_year_from AND t."until" < k.this_year_from THEN t.days ELSE 0 END) AS days_last,
  sum(CASE WHEN t."until" > k.ago_60 THEN t.hours ELSE 0 END) AS hours_cycle,
  sum(CASE WHEN t."until" > k.ago_60 THEN t.days ELSE 0 END) AS days_cycle
  FROM r_training t CROSS JOIN k WHERE t.closed IS NULL AND t.passed = 1 GROUP BY t.cadre;
CREATE UNIQUE INDEX temp.trained_id ON trained(id);
SELECT 'training-year-short', c.id FROM r_cadre c LEFT JOIN trained t ON t.id = c.id WHERE c.closed IS NULL AND c.status = '在职' AND c.level IN ('141', '142')
  AND coalesce(t.class_hours + min(t.online_hours, 50), 0) < 90 AND coalesce(t.days_last, 0) < 12;
SELECT 'training-five-short', c.id FROM r_cadre c LEFT JOIN trained t ON t.id = c.id, k WHERE c.closed IS NULL AND c.status = '在职' AND c.level IN ('131', '132')
  AND c.level_since <= k.ago_60 AND coalesce(t.hours_cycle, 0) < 550 AND coalesce(t.days_cycle, 0) < 90;
CREATE TEMP TABLE uninducted AS SELECT t.id, t.since FROM r_tenure t, k2 WHERE t.closed IS NULL AND t."until" IS NULL AND t.kind = '1' AND t.since <= k2.induction_to
  AND NOT EXISTS (SELECT 1 FROM r_training x WHERE x.cadre = t.cadre AND x.closed IS NULL AND x.kind = '任职培训' AND x.passed = 1
    AND x."until" >= min(unixepoch(t.since*86400, 'unixepoch', '-12 months'), unixepoch(t.since*86400, 'unixepoch', 'start of month', '-11 months', '-1 day'))/86400);
SELECT 'induction-soon', u.id FROM uninducted u, k WHERE u.since > k.was_12;
SELECT 'induction-missed', u.id FROM uninducted u, k WHERE u.since <= k.was_12;
CREATE TEMP TABLE tier AS SELECT column1 AS level, column2 AS tier FROM (VALUES ('101','1'),('102','1'),('111','2'),('112','2'),('121','3'),('122','3'),('131','4'),('132','4'),('141','5'),('142','5'),('150','6'));
CREATE UNIQUE INDEX temp.tier_level ON tier(level);
SELECT 'rotation-behind', r.id FROM r_rotation_campaign r, k WHERE r.closed IS NULL AND r."until" < k.today
  AND (SELECT count(DISTINCT t.cadre) FROM r_training t JOIN r_cadre c ON c.id = t.cadre JOIN tier l ON l.level = c.level
       WHERE t.rotation = r.id AND t.closed IS NULL AND t.passed = 1 AND c.status = '在职' AND l.tier = r.tier)
    < (SELECT count(*) FROM r_cadre c JOIN tier l ON l.level = c.level WHERE c.closed IS NULL AND c.status = '在职' AND l.tier = r.tier);
SELECT DISTINCT 'rotation-untrained', c.id FROM r_rotation_campaign r CROSS JOIN k CROSS JOIN r_cadre c JOIN tier l ON l.level = c.level
  WHERE r.closed IS NULL AND r."from" <= k.today AND k.today <= r."until" AND c.closed IS NULL AND c.status = '在职' AND l.tier = r.tier
  AND NOT EXISTS (SELECT 1 FROM r_training t WHERE t.cadre = c.id AND +t.rotation = r.id AND t.passed = 1 AND t.closed IS NULL);

---- Party organisations and members ----

CREATE TEMP TABLE party AS SELECT o.id, o.kind, o.parent, o.dissolved, o.approval, coalesce(m.n, 0) AS members, coalesce(m.full, 0) AS full,
  coalesce(f.n, 0) AS committee, coalesce(f.secretaries, 0) AS secretaries FROM r_party_org o
  LEFT JOIN (SELECT org, count(*) AS n, sum(kind = '正式党员') AS full FROM r_party_member WHERE closed IS NULL AND status = '在册' GROUP BY org) m ON m.org = o.id
  LEFT JOIN (SELECT org, count(*) AS n, sum(role = '书记') AS secretaries FROM r_party_office WHERE closed IS NULL AND "until" IS NULL GROUP BY org) f ON f.org = o.id
  WHERE o.closed IS NULL;
CREATE UNIQUE INDEX temp.party_id ON party(id);
CREATE INDEX temp.party_parent ON party(parent);
-- Members of an organisation, of those below it, and of those below them.
CREATE TEMP TABLE party_wide AS SELECT p.id, p.kind, p.dissolved, p.approval, p.members
  + coalesce((SELECT sum(q.members + coalesce((SELECT sum(r.members) FROM party r WHERE r.parent = q.id AND r.dissolved IS NULL), 0))
              FROM party q WHERE q.parent = p.id AND q.dissolved IS NULL), 0) AS members FROM party p WHERE p.kind IN ('4', '5');
SELECT 'branch-too-small', id FROM party WHERE kind = '6' AND dissolved IS NULL AND full < 3;
SELECT 'branch-too-large', id FROM party WHERE kind IN ('6', '7') AND dissolved IS NULL AND members > 50;
SELECT 'committee-missing', id FROM party WHERE kind IN ('6', '7') AND dissolved IS NULL AND full >= 7 AND committee NOT BETWEEN 3 AND 7;
SELECT 'general-branch-small', id FROM party_wide WHERE kind = '5' AND dissolved IS NULL AND members < 50 AND approval IS NULL;
SELECT 'party-committee-small', id FROM party_wide WHERE kind = '4' AND dissolved IS NULL AND members < 100 AND approval IS NULL;
SELECT 'party-term-ending', o.id FROM r_party_org o, k WHERE o.closed IS NULL AND o.dissolved IS NULL AND o.term_until BETWEEN k.today AND k.in_6;
SELECT 'party-term-over', o.id FROM r_party_org o, k WHERE o.closed IS NULL AND o.dissolved IS NULL AND o.term_until < k.today;
SELECT 'party-term-too-long', id FROM r_party_org WHERE closed IS NULL AND dissolved IS NULL AND kind IN ('6', '7', '8')
  AND term_until > CASE WHEN field IN ('6', '7')
    THEN min(unixepoch(term_from*86400, 'unixepoch', '+60 months'), unixepoch(term_from*86400, 'unixepoch', 'start of month', '+61 months', '-1 day'))/86400
    ELSE min(unixepoch(term_from*86400, 'unixepoch', '+36 months'), unixepoch(term_from*86400, 'unixepoch', 'start of month', '+37 months', '-1 day'))/86400 END;
SELECT 'secretary-missing', id FROM party WHERE dissolved IS NULL AND kind IN ('4', '5', '6', '7', '8') AND secretaries = 0;
SELECT 'secretary-junior', f.id FROM r_party_office f JOIN r_party_org o ON o.id = f.org JOIN r_party_member m ON m.id = f.member, k
  WHERE f.closed IS NULL AND f."until" IS NULL AND f.role = '书记' AND o.kind IN ('6', '7', '8') AND m.confirmed > k.back_12;
SELECT 'member-without-org', id FROM r_party_member WHERE closed IS NULL AND status = '在册' AND org IS NULL;
SELECT 'mobile-unconfirmed', m.id FROM r_mobile_member m, k WHERE m.closed IS NULL AND m.ended IS NULL AND m.confirmed IS NULL AND m.left <= k.was_1;
SELECT 'mobile-out-of-contact', m.id FROM r_mobile_member m, k WHERE m.closed IS NULL AND m.ended IS NULL AND coalesce(m.contact, m.left) <= k.was_6;
SELECT 'mobile-should-transfer', m.id FROM r_mobile_member m, k WHERE m.closed IS NULL AND m.ended IS NULL AND m.settled = 1 AND m.left <= k.was_6;
SELECT 'transfer-unreceived', t.id FROM r_transfer t, k WHERE t.closed IS NULL AND t.receipt IS NULL AND t.cancelled IS NULL AND t.issued + 90 < k.today;
SELECT 'coverage-missing', id FROM r_coverage_unit WHERE closed IS NULL AND closed_ IS NULL AND form = '未组建' AND members >= 3;
SELECT 'coverage-late', u.id FROM r_coverage_unit u, k WHERE u.closed IS NULL AND u.closed_ IS NULL AND u.form = '未组建' AND u.due < k.today;
SELECT 'union-missing', id FROM r_coverage_unit WHERE closed IS NULL AND closed_ IS NULL AND form <> '未组建' AND "union" = 0;
SELECT 'youth-missing', id FROM r_coverage_unit WHERE closed IS NULL AND closed_ IS NULL AND form <> '未组建' AND youth = 0;
SELECT 'women-missing', id FROM r_coverage_unit WHERE closed IS NULL AND closed_ IS NULL AND form <> '未组建' AND women = 0;

---- villages, support, weak organisations ----

SELECT 'village-room-missing', o.id FROM r_org o WHERE o.closed IS NULL AND o.kind = '15' AND o.abolished IS NULL
  AND NOT EXISTS (SELECT 1 FROM r_village_room r WHERE r.village = o.id AND r.closed IS NULL);
SELECT 'village-room-substandard', id FROM r_village_room WHERE closed IS NULL AND (public = 0 OR standard = 0);
SELECT 'village-room-idle', r.id FROM r_village_room r, k WHERE r.closed IS NULL AND r.used <= k.was_3;
WITH v AS (SELECT count(*) AS n, sum(EXISTS (SELECT 1 FROM r_village_room r WHERE r.village = o.id AND r.closed IS NULL AND r.public = 1)) AS public
           FROM r_org o WHERE o.closed IS NULL AND o.kind = '15' AND o.abolished IS NULL)
  SELECT 'room-goal-behind', g.id FROM r_room_goal g, v, k WHERE g.closed IS NULL AND g.due < k.today AND coalesce(v.public, 0) < (g.share*v.n + 99)/100;
SELECT 'no-one-in-charge', id FROM r_grassroots_support WHERE closed IS NULL AND manager IS NULL;
SELECT 'no-money', id FROM r_grassroots_support WHERE closed IS NULL AND (received < allotted OR pay_settled = 0);
SELECT 'no-place', id FROM r_grassroots_support WHERE closed IS NULL AND place IS NULL;
SELECT 'weak-org-late', w.id FROM r_weak_org w, k WHERE w.closed IS NULL AND w.accepted IS NULL AND w.due < k.today;
SELECT 'weak-org-unplanned', id FROM r_weak_org WHERE closed IS NULL AND accepted IS NULL AND (due IS NULL OR responsible IS NULL);
SELECT 'weak-org-relapsed', w.id FROM r_weak_org w WHERE w.closed IS NULL AND w.relapsed IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM r_weak_org x WHERE x.subject = w.subject AND x.closed IS NULL AND x.found >= w.relapsed);

---- veterans, reserve ----

SELECT 'veteran-without-grade', id FROM r_veteran WHERE closed IS NULL AND died IS NULL AND (grade IS NULL OR unit IS NULL);
SELECT 'veteran-without-contact', id FROM r_veteran WHERE closed IS NULL AND died IS NULL AND phone IS NULL AND contact IS NULL;
SELECT 'veteran-not-entered', c.id FROM r_cadre c WHERE c.closed IS NULL AND c.status IN ('退休', '离休') AND c.managed = '本级管理'
  AND NOT EXISTS (SELECT 1 FROM r_veteran v WHERE v.cadre = c.id AND v.closed IS NULL);
SELECT 'veteran-pay-unpaid', p.id FROM r_veteran_pay p, k WHERE p.closed IS NULL AND p.paid_on IS NULL AND p.due_on < k.today;
SELECT 'veteran-pay-short', id FROM r_veteran_pay WHERE closed IS NULL AND paid_on IS NOT NULL AND paid < due;
SELECT 'veteran-pay-late', id FROM r_veteran_pay WHERE closed IS NULL AND paid_on > due_on;
SELECT 'veteran-matter-late', m.id FROM r_veteran_matter m, k WHERE m.closed IS NULL AND m.accepted IS NULL AND m.due < k.today;
SELECT 'reserve-unchecked', id FROM r_reserve WHERE closed IS NULL AND removed IS NULL AND used IS NULL
  AND (source_paper IS NULL OR file_checked IS NULL OR file_checked > entered OR matters_checked IS NULL OR matters_checked > entered);
SELECT 'reserve-unreviewed', r.id FROM r_reserve r, k WHERE r.closed IS NULL AND r.removed IS NULL AND r.used IS NULL AND coalesce(r.reviewed, r.entered) <= k.was_12;
SELECT 'reserve-removed-unexplained', id FROM r_reserve WHERE closed IS NULL AND removed IS NOT NULL AND reason IS NULL;
SELECT 'reserve-gap', p.id FROM r_reserve_plan p, k WHERE p.closed IS NULL AND p.due < k.today
  AND (SELECT count(*) FROM r_reserve r WHERE r.plan = p.id AND r.closed IS NULL AND r.removed IS NULL AND r.used IS NULL) < p.size;
