SELECT max(created_at) FROM tool_calls WHERE tool_name = 'calendar';
