#ifndef LBST_BIND_H
#define LBST_BIND_H

/* Every function that the module exports; addon.c registers them. Each converts its
 * arguments in, calls src/core or src/sys, and converts the outcome out. */

#include <node_api.h>

#define LBST_BIND(name) napi_value lbst_bind_##name(napi_env env, napi_callback_info info)

LBST_BIND(conn_advance);   /* (model, toMs) -> null or what Node did */
LBST_BIND(conn_create);    /* (settings, nodeVersion, listenAtMs, uptimeMs) -> model */
LBST_BIND(conn_event);     /* (model, event number, atMs) */
LBST_BIND(conn_events);    /* () -> [event name] */
LBST_BIND(conn_next);      /* (model) -> ms or Infinity */
LBST_BIND(conn_stall);     /* (model, fromMs, untilMs) */
LBST_BIND(conn_state);     /* (model) -> { open, idle, active, ... } */
LBST_BIND(log_close);      /* (handle): frees it, at once and not when it is collected */
LBST_BIND(log_detect);     /* (head) -> the name of a text format, or null */
LBST_BIND(log_header);     /* (handle, lines): takes over what header lines say */
LBST_BIND(log_names);      /* () -> { verdicts, whys } */
LBST_BIND(log_open);       /* (format, options) -> handle */
LBST_BIND(log_read);       /* (handle) -> promise of { done, error, entries } */
LBST_BIND(log_result);     /* (handle) -> all that was counted */
LBST_BIND(log_scan);       /* (handle, block, last) -> { consumed, entries } */
LBST_BIND(log_source);     /* (handle, fd, packing, from, to): what log_read reads */
LBST_BIND(log_unpack);     /* (head, packing, to) -> length of the text's beginning */
LBST_BIND(doctor_judge);   /* (series by state, idleMs) -> findings */
LBST_BIND(doctor_limits);  /* () -> { closesMax } */
LBST_BIND(evidence_judge); /* (evidence, closes, count) -> { verdict, ... } */
LBST_BIND(guard_judge);    /* (ask, protocol, settings, name) -> what a write is */
LBST_BIND(gate_close);     /* (fd): drop every SYN for a listening socket */
LBST_BIND(gate_open);      /* (fd): take them again */
LBST_BIND(gate_backlog);   /* (fd) -> how many connections wait to be accepted */
LBST_BIND(lb_list);        /* () -> [{ id, name, ... }] */
LBST_BIND(look_decide);    /* (fd, armedMs, idleMs, memory) -> what to do, next memory */
LBST_BIND(node_timers);    /* (version) -> { from, ... } */
LBST_BIND(spell_nearest);  /* (word, words) -> the word that was meant, or null */
LBST_BIND(spell_ties);     /* (word, words) -> those that are equally near */
LBST_BIND(status_list);    /* () -> { code: class name } */
LBST_BIND(platform_list);  /* () -> [{ variable, name, lb }] */
LBST_BIND(policy_idle);    /* (version, settings) -> { keepAliveMs, timerMs } or null */
LBST_BIND(policy_limits);  /* () -> { idleMsMin, ... } */
LBST_BIND(policy_plan);    /* (ask, settings) -> plan */
LBST_BIND(server_check);   /* (server, constructors): throws unless it is one */
LBST_BIND(server_apply);   /* (server, ask, constructors, key, mark) -> applied plan */
LBST_BIND(server_restore); /* (server, changes) -> [names that were restored] */
LBST_BIND(sock_inspect);   /* (fd) -> what the kernel knows of the connection */

#endif /* LBST_BIND_H */
