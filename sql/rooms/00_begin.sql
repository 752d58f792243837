-- perfadvisor: the install script is made from the rooms in sql/rooms.
\echo Use "CREATE EXTENSION perfadvisor" to load this file. \quit

