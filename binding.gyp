{
  'targets': [{
    'target_name': 'lb_safe_timeouts',
    'sources': [
      # core: pure C, no clock, no allocation, no Node
      'src/core/chain.c',
      'src/core/conn.c',
      'src/core/detect.c',
      'src/core/layout.c',
      'src/core/lb.c',
      'src/core/line_aws.c',
      'src/core/line_envoy.c',
      'src/core/line_nginx.c',
      'src/core/line_proxy.c',
      'src/core/logline.c',
      'src/core/logtime.c',
      'src/core/node.c',
      'src/core/note.c',
      'src/core/platform.c',
      'src/core/policy.c',
      'src/core/scan.c',
      'src/core/server.c',
      'src/core/setting.c',
      'src/core/slice.c',
      'src/core/spell.c',
      'src/core/status.c',
      'src/core/tally.c',
      'src/core/verdict.c',
      'src/core/verdict_proxy.c',
      # sys: the OS and libuv
      'src/sys/clock.c',
      # napi: Node-API
      'src/napi/addon.c',
      'src/napi/bind_conn.c',
      'src/napi/bind_lb.c',
      'src/napi/bind_log.c',
      'src/napi/bind_node.c',
      'src/napi/bind_platform.c',
      'src/napi/bind_policy.c',
      'src/napi/bind_server.c',
      'src/napi/bind_sock.c',
      'src/napi/bind_spell.c',
      'src/napi/bind_status.c',
      'src/napi/convert.c',
      'src/napi/glue.c',
    ],
    'defines': ['NAPI_VERSION=8'],
    'cflags': [
      '-std=gnu11', # uv.h needs more than -std=c11 offers
      '-fvisibility=hidden',
      '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Wstrict-prototypes',
    ],
    'xcode_settings': {
      'GCC_C_LANGUAGE_STANDARD': 'gnu11',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'WARNING_CFLAGS': ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow'],
    },
    'conditions': [
      ['OS=="linux"', {
        'sources': ['src/sys/sock_linux.c'],
        # nodelete: an addon that only workers load must not be unmapped under code that
        # still runs. lazy: a runtime without one libuv symbol can still load the rest.
        'ldflags': ['-Wl,-z,nodelete', '-Wl,-z,lazy'],
      }],
      ['OS=="mac"', {'sources': ['src/sys/sock_darwin.c']}],
      ['OS!="linux" and OS!="mac"', {'sources': ['src/sys/sock_none.c']}],
    ],
  }],
}
