#!/usr/bin/env escript
%% Requests HOST at CONNECT (address:port) with Erlang's httpc over its own TLS, and trusts CAFILE.
main([Host, Connect, CA]) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    {ok, _} = application:ensure_all_started(inets),
    Match = public_key:pkix_verify_hostname_match_fun(https),
    TLS = [{verify, verify_peer}, {cacertfile, CA}, {depth, 5}, {server_name_indication, Host},
           {customize_hostname_check, [{match_fun, Match}]}],
    Request = {"https://" ++ Connect ++ "/", [{"host", Host}, {"connection", "close"}]},
    case httpc:request(get, Request, [{ssl, TLS}, {timeout, 20000}], []) of
        {ok, _} -> halt(0);
        {error, Why} -> io:format(standard_error, "~p~n", [Why]), halt(1)
    end.
