"""The queries of the dashboards that were there before modelgate, with their variables set to All."""

SERVER, CLIENT = "seldon_api_executor_server_requests_seconds", "seldon_api_executor_client_requests_seconds"
MODEL = 'model_name=~".*",model_version=~".*",model_image=~".*",predictor_name=~".*",predictor_version=~".*"'
FEEDBACK = 'deployment_name=~".*",predictor_name=~".*",predictor_version=~".*",model_image=~".*",model_version=~".*",model_name=~".*"'
BY_MODEL = "predictor_name,predictor_version,model_name,model_image,model_version"
# "Prediction Analytics" of seldon-core-analytics, with its variables set to All.
SELDON = {
    "global rate": f"round(sum(irate({SERVER}_count[1m])),0.001)",
    "global success": f'sum(rate({SERVER}_count{{status!~"5.*"}}[1m])) / sum(rate({SERVER}_count[1m]))',
    "global 4xx": f'sum(irate({SERVER}_count{{status=~"4.*"}}[1m]))',
    "global 5xx": f'sum(irate({SERVER}_count{{status=~"5.*"}}[1m]))',
    "rate": f"round(sum(irate({CLIENT}_count{{deployment_name=~'.*'}}[1m])), 0.001)",
    "success": f'sum(rate({CLIENT}_count{{deployment_name=~".*",status!~"5.*"}}[1m])) / sum(rate({CLIENT}_count{{deployment_name=~".*"}}[1m]))',
    "4xx": f'sum(irate({CLIENT}_count{{deployment_name=~".*",status=~"4.*"}}[1m]))',
    "5xx": f'sum(irate({CLIENT}_count{{deployment_name=~".*",status=~"5.*"}}[1m]))',
    "image rate": f"sum(rate({CLIENT}_count{{{MODEL}}}[5s])) by (model_name,predictor_name,predictor_version,model_image,model_version,service)",
    "reward": f"rate(seldon_api_model_feedback_reward_total{{{FEEDBACK}}}[1m])/rate(seldon_api_model_feedback_total{{{FEEDBACK}}}[1m])",
    **{f"p{q}": f'histogram_quantile(0.{q}, sum(rate({CLIENT}_bucket{{service=~".*[Pp]redict",{MODEL}}}[20s])) by ({BY_MODEL},service,le))' for q in (75, 90, 95, 99)},
}
# Its median asks for a word that Seldon's own executor never says, and metrics.client_service_label can.
SELDON_P50 = f'histogram_quantile(0.5, sum(rate({CLIENT}_bucket{{service=~"/Predict",{MODEL}}}[20s])) by ({BY_MODEL},le))'
# The same board as it was before Seldon 1.1.
ENGINE = "seldon_api_engine_{}_requests_seconds"
OLD_SELDON = {
    "global success": f'sum(rate({ENGINE.format("server")}_count{{status!~"5.*"}}[1m])) / sum(rate({ENGINE.format("server")}_count[1m]))',
    "global 4xx": f'sum(irate({ENGINE.format("server")}_count{{status=~"4.*"}}[1m]))',
    "rate": f"round(sum(irate({ENGINE.format('client')}_count{{deployment_name=~'.*'}}[1m])), 0.001)",
    "image rate": f"sum(rate({ENGINE.format('client')}_count{{{MODEL}}}[1m])) by (model_name,predictor_name,predictor_version,model_image,model_version)",
    **{f"p{q}": f'histogram_quantile(0.{q}, sum(rate({ENGINE.format("client")}_bucket{{uri="/predict",{MODEL}}}[20s])) by ({BY_MODEL},le))' for q in (50, 75, 90, 95, 99)},
}
# The two boards of PrimeHub, with the mistakes of the inherited queries taken out.
D = 'deployment_name=~"shaky"'
PRIMEHUB = {
    "list qps": f'sum by (deployment_name)(rate({SERVER}_count{{{D},service="predictions"}}[1m]))',
    "list success": f'sum by (deployment_name)(rate({SERVER}_count{{{D},service="predictions",code!~"5.."}}[1m]))'
                    f' / sum by (deployment_name)(rate({SERVER}_count{{{D},service="predictions"}}[1m]))',
    "detail 4xx": f'sum(rate({SERVER}_count{{{D},service="predictions",code=~"4.."}}[1m]))',
    "detail 5xx": f'sum(rate({SERVER}_count{{{D},service="predictions",code=~"5.."}}[1m]))',
    "predict qps": f'sum by (model_image,model_version)(rate({CLIENT}_count{{{D},service=~".*[Pp]redict"}}[1m]))',
    "reward": f"sum by (model_image,model_version)(rate(seldon_api_model_feedback_reward_total{{{D}}}[1m]))"
              f" / sum by (model_image,model_version)(rate(seldon_api_model_feedback_total{{{D}}}[1m]))",
    **{f"p{q}": f'histogram_quantile(0.{q}, sum by (le,model_image,model_version)(rate({CLIENT}_bucket{{{D},service=~".*[Pp]redict"}}[1m])))' for q in (50, 75, 90, 95, 99)},
}
