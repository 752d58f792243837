SELECT number, title FROM seasons WHERE is_current;
