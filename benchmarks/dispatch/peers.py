"""nginx and HAProxy in front of the same replicas, each with the balancing that it offers."""
import os
import subprocess

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream model {{
    {method}
    {servers}
    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_read_timeout 60s;
    }}
  }}
}}
"""

HAPROXY = """global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 60s
frontend f
  bind 127.0.0.1:{port}
  default_backend model
backend model
  balance {method}
  {servers}
"""

# name -> (program, balancing, options of each server)
PEERS = {
    "nginx round robin": ("nginx", "", ""),
    "nginx least_conn": ("nginx", "least_conn;", ""),
    "nginx random two least_conn": ("nginx", "random two least_conn;", ""),
    "HAProxy roundrobin": ("haproxy", "roundrobin", ""),
    "HAProxy leastconn": ("haproxy", "leastconn", ""),
    "HAProxy random(2)": ("haproxy", "random(2)", ""),
    "HAProxy leastconn, maxconn 1": ("haproxy", "leastconn", "maxconn 1"),
    "HAProxy leastconn, maxconn 2": ("haproxy", "leastconn", "maxconn 2"),
}


def start(name, folder, port, replicas):
    """The process, listening on `port` a moment later."""
    program, method, options = PEERS[name]
    os.makedirs(folder)
    config = os.path.join(folder, "config")
    if program == "nginx":
        servers = "\n    ".join(f"server 127.0.0.1:{replica} max_fails=0;" for replica in replicas)
        user = "user root;" if os.geteuid() == 0 else ""
        text = NGINX.format(folder=folder, port=port, method=method, servers=servers, user=user)
        command = ["nginx", "-c", config, "-e", os.path.join(folder, "error.log")]
    else:
        servers = "\n  ".join(f"server s{i} 127.0.0.1:{replica} {options}" for i, replica in enumerate(replicas))
        text = HAPROXY.format(port=port, method=method, servers=servers)
        command = ["haproxy", "-db", "-f", config]
    with open(config, "w") as written:
        written.write(text)
    log = open(os.path.join(folder, "log"), "w")
    return subprocess.Popen(command, stdout=log, stderr=log)
